/**
 * What a shell loads to complete gridd. The scripts ask gridd itself at each key press, so that
 * they know nothing that could become wrong.
 */

/** The verb that answers them; not for people. */
export const COMPLETE_VERB = '__complete';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const BASH = `# gridd in bash. Now: source <(gridd completion bash)
# Always: gridd completion bash > ~/.local/share/bash-completion/completions/gridd
_gridd() {
  local line kind=none
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :*) kind=\${line#:} ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("$1" ${COMPLETE_VERB} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ $kind != none ]]; then
    compopt -o filenames 2>/dev/null
    local how=-f
    [[ $kind == folders ]] && how=-d
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$how" -- "$2")
  fi
}
complete -F _gridd gridd
`;

const ZSH = `#compdef gridd
# gridd in zsh. Now: source <(gridd completion zsh)
# Always: gridd completion zsh > "\${fpath[1]}/_gridd"
_gridd() {
  local line kind=none
  local -a said found
  said=("\${(@f)$("\${(Q)words[1]}" ${COMPLETE_VERB} -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $said; do
    if [[ $line == :* ]]; then
      kind=\${line#:}
    else
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  (( $#found )) && _describe gridd found
  case $kind in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [[ \${funcstack[1]} == _gridd ]]; then
  _gridd
else
  compdef _gridd gridd
fi
`;

const FISH = `# gridd in fish. Now: gridd completion fish | source
# Always: gridd completion fish > ~/.config/fish/completions/gridd.fish
function __gridd_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] ${COMPLETE_VERB} -- $words[2..-1] 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (commandline -ct)
            case ':folders'
                __fish_complete_directories (commandline -ct)
            case ':*'
            case '*'
                echo $line
        end
    end
end
complete -c gridd -f -a '(__gridd_complete)'
`;

export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
};
