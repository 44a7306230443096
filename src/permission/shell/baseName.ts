/** The name of a program without its folder, as a file system that ignores case sees it: `/bin/RM.exe` is `rm`. */
export function baseName(program: string): string {
  const name = program.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1);
  return name.toLowerCase().replace(/\.(?:exe|cmd|bat|com)$/, '');
}
