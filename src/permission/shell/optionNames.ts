/** Whether one word of a command does more than look; `following` is the word after it. */
export type WordCheck = (word: string, following: string | undefined) => boolean;

export function matching(pattern: RegExp): WordCheck {
  return (word) => pattern.test(word);
}

/** The unambiguous beginning of a long option is as good as the whole. */
export function abbreviated(names: readonly string[], others?: RegExp): WordCheck {
  return (word) => {
    if (others?.test(word)) return true;
    const name = /^--([a-z][\w-]*)/.exec(word)?.[1];
    return name !== undefined && names.some((each) => each.startsWith(name));
  };
}

/** A folder that is not plainly below the one where the command runs. */
export function isElsewhere(folder: string): boolean {
  return /^[/~\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)/.test(folder);
}
