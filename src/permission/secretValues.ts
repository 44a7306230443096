/** Values that stand in a secret's place but name it, or leave it out. */
const REFERENCE =
  /^(?:\$(?!\w{1,3}\$)|<|%\w+%|\*+$|x{3,}$|\.{3}|\[redacted|\{\{|(?:process\.env|os\.environ|import\.meta|env|secrets|vars|self|this|args|opts|options|config|settings|params|props|req|request|res|response|ctx|context|input|inputs|github|form|data|body|user|account|credentials)[.[]|(?:null|none|nil|true|false|undefined|yes|no|required|optional|await|async|new|function|lambda|typeof|string|str|number|int|bool|boolean|bytes|any|unknown|never|void|object|buffer|uint8array|secretstr)(?![\w-]))/i;

/** Whether a value names a secret (a variable, a type, a placeholder) instead of holding one. */
export function isReference(value: string): boolean {
  return REFERENCE.test(value);
}

/** Whether a bare word is more likely a secret than a word of a sentence or of code: letters and digits mixed. */
export function looksRandom(value: string): boolean {
  return (
    value.length >= 6 &&
    /\d/.test(value) &&
    /[A-Za-z]/.test(value) &&
    !/^v?\d+(?:\.\d+)+/.test(value)
  );
}
