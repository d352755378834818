import { type Glance, mixed } from '../url-plain.ts';

const slots = 8192;

const slotOf = (hash: number): number => (hash ^ (hash >>> 13)) & (slots - 1);

/** The hash of the part of a name that lies between two places. */
const hashOf = (name: string, from: number, to: number): number => {
  let hash = 0;
  for (let at = from; at < to; at++) hash = mixed(hash, name.charCodeAt(at));
  return hash;
};

type Tail = Pick<Glance, 'dots' | 'last' | 'before'>;

/** What a glance tells of a host. */
export const tailOf = (host: string): Tail => {
  const label = host.lastIndexOf('.') + 1;
  const last = hashOf(host, label, host.length);
  if (label === 0) return { dots: 0, last, before: 0 };
  const from = label === 1 ? 0 : host.lastIndexOf('.', label - 2) + 1;
  return { dots: 1, last, before: hashOf(host, from, label - 1) };
};

/**
 * A quick no to the question whether one of these names is a host or stands above it, told by a small hash of its last label
 * and its last two. Says yes now and then where there is none, and never no where there is one.
 */
export const tailsOf = (names: Iterable<string>): ((host: Tail) => boolean) => {
  const single = new Uint8Array(slots);
  const double = new Uint8Array(slots);
  for (const name of names) {
    const { dots, last, before } = tailOf(name);
    if (dots === 0) single[slotOf(last)] = 1;
    else double[slotOf(mixed(before, last))] = 1;
  }
  return ({ dots, last, before }) =>
    single[slotOf(last)] === 1 || (dots > 0 && double[slotOf(mixed(before, last))] === 1);
};
