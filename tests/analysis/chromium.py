"""A headless Chromium by its DevTools protocol over two pipes: as much of it as a test of a page needs, and no package beyond Python's own."""

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time
from typing import Any, Optional

TIMEOUT_SECONDS: float = 60.0
READ_BYTES: int = 1 << 16


def installed() -> Optional[str]:
    """The program, or None where there is none."""
    return shutil.which("chromium")


class Page:
    """One page in a browser of its own; close() ends it. Everything that the page says on its console is kept."""

    def __init__(self, program: str) -> None:
        self._profile = tempfile.mkdtemp(prefix="commitbench-chromium-")
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        # The browser reads commands from descriptor 3 and writes answers to 4: a shell puts them there.
        self._process = subprocess.Popen(
            ["sh", "-c", f"exec \"$@\" 3<&{to_read} 4>&{to_write}", "sh", program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions",
             "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe", f"--user-data-dir={self._profile}", "about:blank"],
            pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self._rest = b""
        self._next = 0
        self._session: Optional[str] = None
        self.complaints: list[str] = []  # errors, warnings and exceptions
        self.requests: list[str] = []    # addresses that the page asked for
        self._loaded = False
        target = next(found for found in self._call("Target.getTargets")["targetInfos"] if found["type"] == "page")
        self._session = self._call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def _message(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                raise TimeoutError("Chromium does not answer")
            more = os.read(self._read, READ_BYTES)
            if not more:
                raise ConnectionError("Chromium has ended")
            self._rest += more
        text, self._rest = self._rest.split(b"\0", 1)
        message: dict[str, Any] = json.loads(text)
        return message

    def _take(self, message: dict[str, Any]) -> None:
        method, given = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(given["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and given["type"] in ("error", "warning", "assert"):
            self.complaints.append(json.dumps(given["args"]))
        elif method == "Log.entryAdded":
            self.complaints.append(json.dumps(given["entry"]))
        elif method == "Network.requestWillBeSent":
            self.requests.append(given["request"]["url"])
        elif method in ("Page.loadEventFired", "Page.navigatedWithinDocument"):
            self._loaded = True

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._next += 1
        message = {"id": self._next, "method": method, "params": parameters, **({"sessionId": self._session} if self._session else {})}
        os.write(self._write, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            answer = self._message(deadline)
            if answer.get("id") == self._next:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._take(answer)

    def resize(self, width: int, height: int, *, phone: bool = False, dark: bool = False) -> None:
        """CSS pixels."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if phone else 1, mobile=phone)
        self._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, address: str) -> None:
        """And waits until it is loaded."""
        self._loaded = False
        self._call("Page.navigate", url=address)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not self._loaded:
            self._take(self._message(deadline))

    def value(self, expression: str) -> Any:
        """Of JavaScript, as JSON."""
        found = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"{expression}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def type(self, text: str) -> None:
        """Into what has the focus."""
        self._call("Input.insertText", text=text)

    def screenshot(self, file: pathlib.Path, *, height: Optional[int] = None) -> None:
        """Of the page from its top, `height` CSS pixels or what is seen."""
        clip = {} if height is None else {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": self.value("innerWidth"), "height": height, "scale": 1}}
        file.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format="png", **clip)["data"]))

    def close(self) -> None:
        """Ends the browser and removes its profile."""
        try:
            self._session = None
            self._call("Browser.close")
        except (OSError, RuntimeError):
            self._process.kill()
        self._process.wait(timeout=TIMEOUT_SECONDS)
        os.close(self._write)
        os.close(self._read)
        shutil.rmtree(self._profile, ignore_errors=True)
