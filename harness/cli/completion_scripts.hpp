// SPDX-License-Identifier: Apache-2.0
// What each shell needs to ask `commitbench complete` for words. Nothing in these scripts knows a
// flag or a component, so they fit whatever version of the program answers.
#pragma once

#include <array>
#include <string_view>

namespace commitbench::cli {

struct ShellScript {
    std::string_view shell;
    std::string_view text;
};

/// Of `commitbench complete COMMITBENCH WORDS...` (the line as typed): a line a word,
/// WORD<tab>HELP, with a space behind words that are complete; or ":files<tab>PREFIX" and
/// ":folders<tab>PREFIX", where a path may follow PREFIX.
inline constexpr std::array<ShellScript, 3> kCompletionScripts{
    ShellScript{
        "bash",
        R"sh(# bash completion for commitbench, which answers itself: commitbench complete WORDS...
_commitbench() {
    local line=${COMP_LINE:0:COMP_POINT} program=${COMP_WORDS[0]/#\~/$HOME}
    local answer current breaks kept="" word help path paths=""
    local -a words
    # Not COMP_WORDS: readline has parted those at ':' and '=' too.
    read -a words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    current=${words[-1]}
    # And it wants to be told only what follows the last of them.
    breaks=${COMP_WORDBREAKS//[^:=]/}
    if [[ -n $breaks && $current == *[$breaks]* ]]; then
        kept=${current%"${current##*[$breaks]}"}
    fi
    COMPREPLY=()
    answer=$("$program" complete "${words[@]}" 2>/dev/null) || return
    while IFS=$'\t' read -r word help; do
        case $word in
            "") ;;
            :files | :folders)
                paths=-f
                [[ $word == :folders ]] && paths=-d
                while IFS= read -r path; do
                    path=$help$path
                    COMPREPLY+=("${path#"$kept"}")
                done < <(compgen "$paths" -- "${current#"$help"}")
                ;;
            *) COMPREPLY+=("${word#"$kept"}") ;;
        esac
    done <<<"$answer"
    if [[ -n $paths ]]; then
        COMPREPLY=("${COMPREPLY[@]% }")
        compopt -o filenames 2>/dev/null
    else
        compopt -o nospace 2>/dev/null
    fi
}
complete -F _commitbench commitbench
)sh"},
    ShellScript{"zsh", R"sh(#compdef commitbench
# zsh completion for commitbench, which answers itself: commitbench complete WORDS...
_commitbench() {
    local program=${(Q)words[1]} answer line word help shown paths="" prefix=""
    local -a open closed open_shown closed_shown
    program=${program/#\~/$HOME}
    answer=$("$program" complete "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null) || return 1
    for line in "${(@f)answer}"; do
        word=${line%%$'\t'*}
        help=${line#*$'\t'}
        shown="${word% }${help:+  -- $help}"
        case $word in
            "") ;;
            :files | :folders) paths=$word prefix=$help ;;
            *' ') closed+=("${word% }") closed_shown+=("$shown") ;;
            *) open+=("$word") open_shown+=("$shown") ;;
        esac
    done
    local found=1
    (( $#closed )) && compadd -l -d closed_shown -a closed && found=0
    (( $#open )) && compadd -S '' -l -d open_shown -a open && found=0
    if [[ -n $paths ]]; then
        [[ -n $prefix ]] && compset -P "${(b)prefix}"
        if [[ $paths == :folders ]]; then
            _files -/ && found=0
        else
            _files && found=0
        fi
    fi
    return found
}
if [[ $funcstack[1] == _commitbench ]]; then
    _commitbench "$@"
else
    compdef _commitbench commitbench
fi
)sh"},
    ShellScript{
        "fish",
        R"sh(# fish completion for commitbench, which answers itself: commitbench complete WORDS...
function __commitbench_words
    set -l before (commandline -opc)
    set -l current "$(commandline -ct)"
    set -l program (string replace -r '^~' $HOME -- $before[1])
    for line in ($program complete $before $current 2>/dev/null)
        set -l parts (string split -m 1 \t -- $line)
        set -l rest (string sub -s (math 1 + (string length -- "$parts[2]")) -- $current)
        switch $parts[1]
            case ':folders'
                for path in (__fish_complete_directories $rest)
                    echo $parts[2]$path
                end
            case ':files'
                for path in (__fish_complete_path $rest)
                    echo $parts[2]$path
                end
            case '*'
                printf '%s\t%s\n' (string trim -r -- $parts[1]) $parts[2]
        end
    end
end
complete -c commitbench -f -a '(__commitbench_words)'
)sh"},
};

}  // namespace commitbench::cli
