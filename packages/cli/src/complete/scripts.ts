// Each asks `cairn __complete -- word…`, whose last word is the one at the cursor; it answers lines of a value, a tab and
// what it means. Where it knows nothing, the shell offers files.

const bash = `# Completion of cairn for bash. Load it with: source <(cairn completion bash)
_cairn() {
  local line=\${COMP_LINE:0:COMP_POINT} value meaning
  local -a typed
  read -ra typed <<< "$line"
  [[ $line == *[[:space:]] ]] && typed+=('')
  local current=\${typed[\${#typed[@]}-1]}
  COMPREPLY=()
  while IFS=$'\\t' read -r value meaning; do
    [[ -n $value ]] && COMPREPLY+=("$value")
  done < <(cairn __complete -- "\${typed[@]:1}" 2>/dev/null)
  # For bash a colon ends a word, so only what is behind it is to be completed.
  if [[ $COMP_WORDBREAKS == *:* && $current == *:* ]]; then
    local before=\${current%"\${current##*:}"}
    COMPREPLY=("\${COMPREPLY[@]#"$before"}")
  fi
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]] && compopt -o nospace
}
complete -o default -F _cairn cairn
`;

const zsh = `#compdef cairn
# Completion of cairn for zsh. Load it with: source <(cairn completion zsh)
_cairn() {
  local line
  local -a values shown
  for line in "\${(@f)$(cairn __complete -- "\${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    values+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done
  if (( $#values )); then
    compadd -l -d shown -a values
  else
    _files
  fi
}
compdef _cairn cairn
`;

const fish = `# Completion of cairn for fish. Load it with: cairn completion fish | source
function __cairn_complete
  set -l typed (commandline -opc)
  set -l found (cairn __complete -- $typed[2..] (commandline -ct) 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c cairn -f -a '(__cairn_complete)'
`;

/** What `cairn completion` prints, by shell. */
export const scripts: ReadonlyMap<string, string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
]);
