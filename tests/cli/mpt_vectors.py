"""Roots of small Ethereum tries, as published.

ROOTS, SECURE_ROOTS: ethereum/tests at 4c87ebbf, TrieTests (trietest.json, trieanyorder.json and their secure forms, MIT).
GROUPS: the figures (key, value, root after it) of go-ethereum's stack-trie insert-and-hash test at 02b73d4e.
"""

from typing import NamedTuple, Optional


class Case(NamedTuple):
    """Changes in order (None deletes) and the root they lead to."""

    changes: list[tuple[bytes, Optional[bytes]]]
    root: str
    secure_root: Optional[str] = None


EMPTY_ROOT = "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"

PUPPY_ROOT = "5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84"
PUPPY_SECURE_ROOT = "29b235a58c3c25ab83010c327d5932bcf05324b7d6b1185e650798034783ca9d"


def _ascii(*pairs: tuple[str, Optional[str]]) -> list[tuple[bytes, Optional[bytes]]]:
    return [(key.encode(), None if value is None else value.encode()) for key, value in pairs]


CASES: dict[str, Case] = {
    "singleItem": Case(
        _ascii(("A", "a" * 50)),
        "d23786fb4a010da3ce639d66d5e904a11dbc02746d1ce25029e53290cabf28ab",
        "e9e2935138352776cad724d31c9fa5266a5c593bb97726dd2a908fe6d53284df",
    ),
    "dogs": Case(
        _ascii(("doe", "reindeer"), ("dog", "puppy"), ("dogglesworth", "cat")),
        "8aad789dff2f538bca5d8ea56e8abe10f4c7ba3a5dea95fea4cd6e7c3a1168d3",
        "d4cd937e4a4368d7931a9cf51686b7e10abb3dce38a39000fd7902a092b64585",
    ),
    "puppy": Case(
        _ascii(("do", "verb"), ("horse", "stallion"), ("doge", "coin"), ("dog", "puppy")), PUPPY_ROOT, PUPPY_SECURE_ROOT
    ),
    "foo": Case(
        _ascii(("foo", "bar"), ("food", "bass")),
        "17beaa1648bafa633cda809c90c04af50fc8aed3cb40d16efbddee6fdf63c4c3",
        "1385f23a33021025d9e87cca5c66c00de06178807b96a9acc92b7d651ccde842",
    ),
    "smallValues": Case(
        _ascii(("be", "e"), ("dog", "puppy"), ("bed", "d")),
        "3f67c7a47520f79faa29255d2d3c084a7a6df0453116ed7232ff10277a8be68b",
        "826a4f9f9054a3e980e54b20da992c24fa20467f1ca635115ef4917be66e746f",
    ),
    "testy": Case(
        _ascii(("test", "test"), ("te", "testy")),
        "8452568af70d8d140f58d941338542f645fcca50094b20f3c3d8c3df49337928",
        "aea54fb6c80499674248a462864c420c9d9f3b3d38c879c12425bade1ad76552",
    ),
    "hex": Case(
        [(bytes.fromhex("0045"), bytes.fromhex("0123456789")), (bytes.fromhex("4500"), bytes.fromhex("9876543210"))],
        "285505fcabe84badc8aa310e2aae17eddc7d120aabec8a476902c8184b3a3503",
        "bc11c02c8ab456db0c4d2728b6a2a6210d06f26a2ace4f7d8bdfc72ddf2630ab",
    ),
    "emptyValues": Case(
        _ascii(("do", "verb"), ("ether", "wookiedoo"), ("horse", "stallion"), ("shaman", "horse"), ("doge", "coin"),
               ("ether", None), ("dog", "puppy"), ("shaman", None)),
        PUPPY_ROOT,
        PUPPY_SECURE_ROOT,
    ),
    "insert-middle-leaf": Case(
        _ascii(("key1aa", "0123456789012345678901234567890123456789xxx"),
               ("key1", "0123456789012345678901234567890123456789Very_Long"), ("key2bb", "aval3"), ("key2", "short"),
               ("key3cc", "aval3"), ("key3", "1234567890123456789012345678901")),
        "cb65032e2f76c48b82b5c24b3db8f670ce73982869d38cd39a624f23d62a9e89",
    ),
    "branch-value-update": Case(
        _ascii(("abc", "123"), ("abcd", "abcd"), ("abc", "abc")),
        "7a320748f780ad9ad5b0837302075ce0eeba6c26e3d8562c67ccc0f1b273298a",
    ),
}

# Nodes below 32 bytes stand inside their parents: (key in hex, value, root after it), each group in a new trie.
GROUPS: list[list[tuple[str, bytes, str]]] = [
    [
        ("01", b"a", "b48605025f5f4b129d40a420e721aa7d504487f015fce85b96e52126365ef7dc"),
        ("80", b"b", "2dc6b680daf74db067cb7aeaad73265ded93d96fce190fcbf64f498d475672ab"),
        ("ee", b"c", "017dc705a54ac5328dd263fa1bae68d655310fb3e3f7b7bc57e9a43ddf99c4bf"),
        ("ff", b"d", "bd5a3584d271d459bd4eb95247b2fc88656b3671b60c1125ffe7bc0b689470d0"),
    ],
    [
        ("a0", b"a", "a83e028cb1e4365935661a9fd36a5c65c30b9ab416eaa877424146ca2a69d088"),
        ("a1", b"b", "f586a4639b07b01798ca65e05c253b75d51135ebfbf6f8d6e87c0435089e65f0"),
        ("a2", b"c", "63e297c295c008e09a8d531e18d57f270b6bc403e23179b915429db948cd62e3"),
        ("a3", b"d", "94a7b721535578e9381f1f4e4b6ec29f8bdc5f0458a30320684c562f5d47b4b5"),
        ("a4", b"e", "4b7e66d1c81965cdbe8fab8295ef56bc57fefdc5733d4782d2f8baf630f083c6"),
        ("a5", b"f", "2997e7b502198ce1783b5277faacf52b25844fb55a99b63e88bdbbafac573106"),
        ("a6", b"g", "bee629dd27a40772b2e1a67ec6db270d26acdf8d3b674dfae27866ad6ae1f48b"),
    ],
    [
        ("a001", b"v1", "b9cc982d995392b51e6787f1915f0b88efd4ad8b30f138da0a3e2242f2323e35"),
        ("b002", b"v2", "a7b474bc77ef5097096fa0ee6298fdae8928c0bc3724e7311cd0fa9ed1942fc7"),
        ("c003", b"v" + b"_" * 27 + b"3", "dceb5bb7c92b0e348df988a8d9fc36b101397e38ebd405df55ba6ee5f14a264a"),
        ("d004", b"v" + b"_" * 27 + b"4", "36e60ecb86b9626165e1c6543c42ecbe4d83bca58e8e1124746961511fce362a"),
    ],
    [
        ("8002", b"v1", "3258fcb3e9e7d7234ecd3b8d4743999e4ab3a21592565e0a5ca64c141e8620d9"),
        ("8004", b"v2", "b6cb95b7024a83c17624a3c9bed09b4b5e8ed426f49f54b8ad13c39028b1e75a"),
        ("8008", b"v" + b"_" * 27 + b"3", "c769d82963abe6f0900bf69754738eeb2f84559777cfa87a44f54e1aab417871"),
        ("800d", b"v" + b"_" * 27 + b"4", "1cad1fdaab1a6fa95d7b780fd680030e423eb76669971368ba04797a8d9cdfc9"),
    ],
    [
        ("000001", b"Z" * 9, "cef154b87c03c563408520ff9b26923c360cbc3ddb590c079bedeeb25a8c9c77"),
        ("000002", b"Y", "2130735e600f612f6e657a32bd7be64ddcaec6512c5694844b19de713922895d"),
        ("000003", b"X" * 28, "962c0fffdeef7612a4f7bff1950d67e3e81c878e48b9ae45b3b374253b050bd8"),
    ],
]
