/** Tests one text. Time grows with pattern times text at most, whatever the pattern: there is no backtracking. */
export type Glob = (text: string) => boolean;

/** `*` stands for any run of characters without a `/`, `**` for any run. */
export const pathGlob = (pattern: string): Glob => compile(pattern.match(/\*+|[^*]/gs) ?? []);

/** `*` stands for any run of characters. */
export const nameGlob = (pattern: string): Glob =>
  compile((pattern.match(/\*+|[^*]/gs) ?? []).map((token) => (token.startsWith('*') ? '**' : token)));

const compile = (tokens: readonly string[]): Glob => {
  const firstStar = tokens.findIndex((token) => token.startsWith('*'));
  const prefix = tokens.slice(0, firstStar < 0 ? tokens.length : firstStar).join('');
  if (firstStar < 0) return (text) => text === prefix;
  const rest = tokens.slice(firstStar);
  return (text) => text.startsWith(prefix) && run(rest, text.slice(prefix.length));
};

/** Follows all positions in the pattern at once. */
const run = (tokens: readonly string[], text: string): boolean => {
  let alive = reach(tokens, new Set([0]));
  for (const character of text.split('')) {
    const next = new Set<number>();
    for (const position of alive) {
      const token = tokens[position];
      if (token === undefined) continue;
      if (!token.startsWith('*')) {
        if (token === character) next.add(position + 1);
      } else if (token.length > 1 || character !== '/') next.add(position);
    }
    if (next.size === 0) return false;
    alive = reach(tokens, next);
  }
  return alive.has(tokens.length);
};

/** Adds what is reached because a star may stand for nothing. */
const reach = (tokens: readonly string[], positions: Set<number>): Set<number> => {
  for (const position of positions) if (tokens[position]?.startsWith('*')) positions.add(position + 1);
  return positions;
};
