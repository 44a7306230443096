/** Whether a command line may run a script file. Quick: most commands hold no word of this kind. */
export function mentionsScript(command: string): boolean {
  return MENTIONS.test(command);
}

const MENTIONS =
  /\/|\.(?:\s|$)|source|sh\b|node|deno|bun|tsx?\b|python|perl|ruby|php|lua|java|groovy|rscript|julia/i;
