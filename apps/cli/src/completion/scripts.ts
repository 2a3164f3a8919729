/** Each script passes the words up to the cursor to `ofdeploy __complete`, and shows the words that it prints. */
export const SCRIPTS = { bash: bash(), zsh: zsh(), fish: fish(), powershell: powershell() } as const;

/**
 * Needs no bash-completion. Works in bash 3.2 of macOS, which has no compopt. COMP_WORDS is split at `=` and `:`, so the words
 * are joined again where the line has no space between them; bash replaces the text after the last of these characters.
 */
function bash(): string {
  return `# bash completion for ofdeploy
_ofdeploy() {
  local line=\${COMP_LINE:0:COMP_POINT} command=ofdeploy words=() last=-1 replaced="" index word character
  [[ \${COMP_WORDS[0]} == */* ]] && command=\${COMP_WORDS[0]/#\\~/$HOME}
  line=\${line#*"\${COMP_WORDS[0]}"}
  for ((index = 1; index <= COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if ((last < 0)) || [[ $line == [[:space:]]* ]]; then
      line=\${line#"\${line%%[![:space:]]*}"}
      words[++last]=""
    fi
    ((index == COMP_CWORD)) && word=$line
    words[last]+=$word
    line=\${line#"$word"}
  done
  for character in = :; do
    if [[ $COMP_WORDBREAKS == *"$character"* && \${words[last]} == *"$character"* ]]; then
      word=\${words[last]%"\${words[last]##*"$character"}"}
      ((\${#word} > \${#replaced})) && replaced=$word
    fi
  done
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    case $word in
      :files) return ;;
      :nospace) compopt -o nospace +o default 2>/dev/null ;;
      :done) compopt +o default 2>/dev/null ;;
      *) COMPREPLY+=("\${word#"$replaced"}") ;;
    esac
  done < <("$command" __complete "$last" "\${words[@]}" 2>/dev/null)
}
complete -o default -F _ofdeploy ofdeploy
`;
}

/** As a file of fpath, the first completion runs the whole file; with \`source\`, the file only registers the function. */
function zsh(): string {
  return `#compdef ofdeploy
# zsh completion for ofdeploy
_ofdeploy() {
  local line command=ofdeploy after=:done
  local -a described
  [[ $words[1] == */* ]] && command=\${~words[1]}
  for line in "\${(@f)$("$command" __complete $((CURRENT - 2)) "\${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}"; do
    case $line in
      :*) after=$line ;;
      ?*) described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done
  case $after in
    :files) compset -P '--*='; _files ;;
    :nospace) _describe -t values value described -S '' ;;
    *) _describe -t values value described ;;
  esac
}
if [[ $funcstack[1] == _ofdeploy ]]; then
  _ofdeploy "$@"
else
  compdef _ofdeploy ofdeploy
fi
`;
}

function fish(): string {
  return `# fish completion for ofdeploy
function __ofdeploy_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program ofdeploy
    string match -q '*/*' -- $words[1]; and set program (string replace -r '^~' $HOME -- $words[1])
    set -e words[1]
    for line in (command $program __complete (count $words) $words "$current" 2>/dev/null)
        switch $line
            case :files
                set -l option (string match -r -- '^--[^=]*=' $current)
                for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' $current))
                    echo "$option$path"
                end
            case ':*'
            case '*'
                echo $line
        end
    end
end
complete -c ofdeploy -e
complete -c ofdeploy -f -a '(__ofdeploy_complete)'
`;
}

/** PowerShell completes a path if the script returns nothing. */
function powershell(): string {
  return `# PowerShell completion for ofdeploy
Register-ArgumentCompleter -Native -CommandName ofdeploy -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text })
    $typed = @($before.Count) + $before
    if ($wordToComplete) { $typed += $wordToComplete }
    foreach ($line in @(& ofdeploy __complete @typed 2>$null)) {
        $value, $description = $line -split [char]9, 2
        if ($value.StartsWith(':')) { continue }
        if (-not $description) { $description = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
    }
}
`;
}
