const slots = 8192;
const dot = 46;

const mixed = (hash: number, code: number): number => ((hash << 5) - hash + code) | 0;
const slotOf = (hash: number): number => (hash ^ (hash >>> 13)) & (slots - 1);

/**
 * A quick no to the question whether one of these names is a host or stands above it, told by a small hash of its last label
 * and its last two. Says yes now and then where there is none, and never no where there is one.
 */
export const tailsOf = (names: Iterable<string>): ((host: string) => boolean) => {
  const marked = new Uint8Array(slots);
  for (const name of names) {
    let hash = 0;
    for (const character of [...name.split('.').slice(-2).join('.')].reverse())
      hash = mixed(hash, character.charCodeAt(0));
    marked[slotOf(hash)] = 1;
  }
  return (host) => {
    let hash = 0;
    let dots = 0;
    for (let at = host.length - 1; at >= 0; at--) {
      const code = host.charCodeAt(at);
      if (code === dot && marked[slotOf(hash)] === 1) return true;
      if (code === dot && ++dots === 2) return false;
      hash = mixed(hash, code);
    }
    return marked[slotOf(hash)] === 1;
  };
};
