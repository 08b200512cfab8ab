# SPDX-License-Identifier: Apache-2.0
# bash completion for seccompc(1).
#
# There is no list of options here. Commands come from `seccompc --help`, each one's options, their
# arguments and what these can be from `seccompc COMMAND --help`, and where an option's text says that
# `help` lists its values, from that list. The kinds of argument are told by their names in the help:
# FILE, CONFIG and BUNDLE are files, DIR is a directory, LEVEL is what the text explains as "0: ...; 1: ...", MODE
# is what the program expects where it is given none, LIST is comma-separated capabilities.

# The first words of the lines under "Commands:" in the help $1.
_seccompc_commands() {
    local line inside=
    while IFS= read -r line; do
        case $line in
        Commands:) inside=1 ;;
        '') inside= ;;
        '  '[a-z]*)
            [[ $inside ]] || continue
            line=${line#  }
            echo "${line%% *}"
            ;;
        esac
    done <<<"$1"
}

# Reads the options in the help $1 into the caller's arrays, each under the option as it is typed:
# `arguments` (the argument's name, empty where it takes none) and `texts`.
_seccompc_options() {
    local line long='' short=''
    local pattern='^  (-([A-Za-z]))?(, )?(--([a-z0-9-]+))?(( ?)([A-Z][^ ]*))?( +([^ ].*))?$'
    while IFS= read -r line; do
        if [[ $line =~ $pattern && ${BASH_REMATCH[1]}${BASH_REMATCH[4]} ]]; then
            short=${BASH_REMATCH[1]} long=${BASH_REMATCH[4]}
            [[ $short ]] && arguments[$short]=${BASH_REMATCH[8]} texts[$short]=${BASH_REMATCH[10]}
            [[ $long ]] && arguments[$long]=${BASH_REMATCH[8]} texts[$long]=${BASH_REMATCH[10]}
        elif [[ $line =~ ^\ {8,}([^ ].*)$ ]]; then
            [[ $short ]] && texts[$short]+=" ${BASH_REMATCH[1]}"
            [[ $long ]] && texts[$long]+=" ${BASH_REMATCH[1]}"
        else
            short='' long=''
        fi
    done <<<"$1"
}

# The levels that the option text $1 explains.
_seccompc_levels() {
    local rest=$1
    while [[ $rest =~ (^|[ ;])([0-9]+):(.*)$ ]]; do
        echo "${BASH_REMATCH[2]}"
        rest=${BASH_REMATCH[3]}
    done
}

# What the command $1... expects behind its option, from "seccompc: --option : expected one or another".
_seccompc_modes() {
    local message
    message=$("$@" '' 2>&1 </dev/null)
    [[ $message == *': expected '* ]] || return 0
    message=${message##*: expected }
    message=${message// or / }
    echo "${message//,/ }"
}

# The words that may stand instead of a list, from an option text "..., or docker (default), none".
_seccompc_sets() {
    local rest=${1##*, or } word
    [[ $rest != "$1" ]] || return 0
    while [[ $rest =~ ^([a-z]+)(\ \([^\)]*\))?(,\ |$)(.*)$ ]]; do
        word=${BASH_REMATCH[1]} rest=${BASH_REMATCH[4]}
        echo "$word"
    done
}

# The names of all capabilities: those that the report names for the set `all`.
_seccompc_capabilities() {
    "$1" --json --no-crosscheck --arch amd64 --kernel 6.0 --caps all 2>&1 >/dev/null |
        grep -o '"CAP_[A-Z_]*"' | tr -d '"'
}

# Completes the word $3 of a comma-separated list for the option of text $2; $1 is the program.
_seccompc_list() {
    local before='' last=$3 names
    if [[ $3 == *,* ]]; then
        before=${3%,*},
        last=${3##*,}
    fi
    names=$(_seccompc_capabilities "$1")
    # As in docker, CAP_ may be left out and case does not matter.
    [[ $last && CAP_ != "$last"* && $last != [Cc][Aa][Pp]_* ]] && names=${names//CAP_/}
    [[ $last == *[a-z]* ]] && names=${names,,}
    [[ $before ]] || names+=$'\n'$(_seccompc_sets "$2")
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$names" -- "$last")
    compopt -o nospace 2>/dev/null
}

_seccompc_files() {
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
    # Where the word is quoted, readline itself knows better.
    compopt -o filenames -o default 2>/dev/null
}

# Completes the argument $3 of the option $2; $1 is the program, `command` the caller's command or empty.
_seccompc_argument() {
    local text=${texts[$2]}
    # shellcheck disable=SC2016 # the help's own quotes
    if [[ $text == *'`help` lists them'* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "help $("$1" "$2" help 2>/dev/null | sed 1d)" -- "$3" |
            sort -u)
        return
    fi
    case ${arguments[$2]} in
    FILE | CONFIG | BUNDLE) _seccompc_files "$3" ;;
    DIR)
        mapfile -t COMPREPLY < <(compgen -d -- "$3")
        compopt -o filenames 2>/dev/null
        ;;
    LIST) _seccompc_list "$1" "$text" "$3" ;;
    LEVEL) mapfile -t COMPREPLY < <(compgen -W "$(_seccompc_levels "$text")" -- "$3") ;;
    MODE)
        mapfile -t COMPREPLY < <(
            compgen -W "$(_seccompc_modes "$1" ${command:+"$command"} "$2")" -- "$3"
        )
        ;;
    esac
}

_seccompc() {
    local program=${1/#\~\//${HOME-\~}/} word=${COMP_WORDS[COMP_CWORD]} help option commands
    local command='' ended='' at
    local -A arguments=() texts=()
    COMPREPLY=()
    help=$("$program" --help 2>/dev/null) || return 0
    commands=$(_seccompc_commands "$help")
    for option in $commands; do
        if [[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} == "$option" ]]; then
            command=$option
            help=$("$program" "$command" --help 2>/dev/null) || return 0
        fi
    done
    _seccompc_options "$help"

    # bash takes "--option=word" for three words.
    option=${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $word == '=' ]]; then
        word=
    elif [[ $option == '=' ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((at = 1; at < COMP_CWORD; at++)); do
        [[ ${COMP_WORDS[at]} == -- ]] && ended=1
    done

    if [[ ! $ended && $option == -* && ${arguments[$option]-} ]]; then
        _seccompc_argument "$program" "$option" "$word"
    elif [[ ! $ended && $word == -[!-]* && ${arguments[${word:0:2}]-} ]]; then
        option=${word:0:2}
        _seccompc_argument "$program" "$option" "${word:2}"
        COMPREPLY=("${COMPREPLY[@]/#/$option}")
    elif [[ ! $ended && $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "${!arguments[*]}" -- "$word")
    else
        _seccompc_files "$word"
        [[ $COMP_CWORD -eq 1 ]] &&
            mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$commands" -- "$word")
    fi
    return 0
}

complete -F _seccompc seccompc
