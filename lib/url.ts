import { isIP } from 'node:net';
import { domainToUnicode } from 'node:url';
import { readPlain } from './url-plain.ts';

/** One URL as the rules look at it. Raw URLs may hold secrets, and so may `href`: neither is for people. */
export type ParsedUrl = {
  /** Normalised, see `normaliseUrl`. */
  href: string;
  /** Lower case, no colon. */
  scheme: string;
  /** Lower case, without IPv6 brackets and without the one trailing dot of a complete name. Empty where there is none. */
  host: string;
  /** The host as an address; an IPv4 address that is carried inside an IPv6 one is taken out. null for names. */
  ip: string | null;
  path: string;
};

/** An HTTP destination, with or without TLS. */
export const isHttp = ({ scheme }: Pick<ParsedUrl, 'scheme'>): boolean => scheme === 'https' || scheme === 'http';

/** Prefixes (16-bit groups) under which an IPv6 address carries an IPv4 one, and the group at which that begins. */
const carriers = [
  { about: 'mapped, RFC 4291', head: [0, 0, 0, 0, 0, 0xffff], at: 6 },
  { about: 'translated, RFC 2765', head: [0, 0, 0, 0, 0xffff, 0], at: 6 },
  { about: 'compatible, RFC 4291', head: [0, 0, 0, 0, 0, 0], at: 6 },
  { about: 'NAT64, RFC 6052', head: [0x64, 0xff9b, 0, 0, 0, 0], at: 6 },
  { about: '6to4, RFC 3056', head: [0x2002], at: 1 },
] as const;

const groupsOf = (address: string): number[] => {
  const [left = '', right] = address.split('::');
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const head = read(left);
  const tail = read(right ?? '');
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
};

const addressOf = (host: string): string | null => {
  const family = isIP(host);
  if (family !== 6) return family === 4 ? host : null;
  if (host === '::' || host === '::1') return host;
  const groups = groupsOf(host);
  const carrier = carriers.find(({ head }) => head.every((group, index) => groups[index] === group));
  if (!carrier) return host;
  const [high = 0, low = 0] = groups.slice(carrier.at);
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
};

/** `localhost:3000/x` would parse with `localhost` as its scheme. */
const hostAndPortOnly = /^[\w.-]+:\d{1,5}(?:[/?#]|$)/;

const emptyLabel = /^\.|\.\.|\.$|^$/;

/** What begins `xn--` and stands for no name: the standard refuses it, and some versions of Node let it through. */
const isMisspelt = (host: string): boolean =>
  host.includes('xn--') &&
  domainToUnicode(host)
    .split('.')
    .some((label) => label === '' || label.startsWith('xn--'));

const readAny = (raw: string): ParsedUrl | null => {
  const url = URL.parse(raw);
  if (!url || hostAndPortOnly.test(raw.trim())) return null;
  const scheme = url.protocol.slice(0, -1);
  const http = isHttp({ scheme });
  if (http && url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1);
  if (url.href.includes('#')) url.hash = '';
  const name = url.hostname.toLowerCase();
  const host = name.startsWith('[') ? name.slice(1, -1) : name;
  if (http && (emptyLabel.test(host) || isMisspelt(host))) return null;
  return { href: url.href, scheme, host, ip: addressOf(host), path: url.pathname };
};

/**
 * Reads a URL as the WHATWG standard does, so that every spelling of an address is one address.
 * null where that fails, where the scheme is missing and where the name has a label that is empty or no Punycode.
 */
export const parseUrl = (raw: string): ParsedUrl | null => readPlain(raw) ?? readAny(raw);

/**
 * The URL by which duplicates are told: host trailing dot, fragment and default port dropped; query, path case,
 * trailing slash and userinfo kept. May hold secrets. null where the URL does not parse.
 */
export const normaliseUrl = (raw: string): string | null => parseUrl(raw)?.href ?? null;

const redacted = 'REDACTED';

const secretWords = new Set(
  `token tokens key keys secret secrets sig sign signature hmac password passwd passphrase passcode pass pwd pw auth oauth
  authorization authentication bearer code jwt jws jwe sas session sessionid sid credential credentials cred creds otp pin
  apikey`.split(/\s+/),
);
const secretEndings =
  /(?:token|secret|password|passwd|signature|(?:api|access|auth|secret|private|client|shared|hook|license|signing)key|sessid|sessionid)s?$/;
const betweenWords = /[^A-Za-z]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/;

/** `api-key`, `accessToken`, `X-Amz-Signature`, `tOkEn`; not `monkey` or `authority`. */
const isSecretName = (name: string): boolean =>
  [...name.split(betweenWords), ...name.split(/[^A-Za-z]+/)].some((word) => {
    const lower = word.toLowerCase();
    return secretWords.has(lower) || secretEndings.test(lower);
  });

const secretShapes = [
  /(?<![A-Za-z0-9])(?:sk|rk|skey|whsec|gh[pousr]|github_pat|shp(?:at|ss|ca|pa))_[\w-]{3}/,
  /(?<![A-Za-z0-9])(?:xox[a-z]|xapp|glpat)-[\w-]{3}/,
  /(?<![A-Za-z0-9])(?:sk-|npm_|hf_|dop_v1_|AKIA|ASIA|AIza|ya29\.|SG\.)[\w-]{16}/,
  /(?<![\w-])eyJ[\w-]{5,}\.[\w-]/,
  /\b(?:bearer|basic)[\s:+]+\S{4}/i,
  /:\/\/[^/?#]*@/,
];

const classOf = (code: number): number => (code <= 57 ? 0 : code <= 90 ? 1 : 2);

/**
 * Long runs of letters and digits that change between lower case, upper case and digits as often as random ones do
 * (random base 36 changes at 40 % of its places, base 62 at 62 %, CamelCase words at about 30 % and without digits).
 * Runs end at hyphens, so that slugs, dates and UUIDs, which name things, stay readable.
 */
const isRandomRun = (run: string): boolean => {
  let changes = 0;
  for (let at = 1; at < run.length; at++)
    if (classOf(run.charCodeAt(at)) !== classOf(run.charCodeAt(at - 1))) changes++;
  const share = changes / (run.length - 1);
  return /\d/.test(run) ? /[A-Za-z]/.test(run) && share >= 0.2 : run.length >= 24 && share >= 0.4;
};

/** A value may itself hold an encoded URL, a list of parameters or JSON. */
const holdsSecretName = (value: string): boolean => {
  const pieces = value.split(/([?#&;=:\s"'{}[\],]+)/);
  return pieces.some((piece, at) => at % 2 === 0 && /[=:]/.test(pieces[at + 1] ?? '') && isSecretName(piece));
};

/** Begins as tokens and keys of known makers do. */
export const looksLikeSecret = (text: string): boolean => secretShapes.some((shape) => shape.test(text));

const isSecretValue = (value: string): boolean =>
  looksLikeSecret(value) || (value.match(/[A-Za-z0-9]{20,}/g) ?? []).some(isRandomRun) || holdsSecretName(value);

/** Undoes percent-encoding, also where it was applied several times; never throws. */
const decode = (text: string): string => {
  let decoded = text;
  for (let round = 0; round < 3 && decoded.includes('%'); round++)
    decoded = decoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decoded;
};

/** One `name=value`, or a bare value. `every` takes each value for a secret. */
const redactPart = (part: string, every: boolean): string => {
  const at = part.indexOf('=');
  const name = part.slice(0, Math.max(at, 0));
  const value = part.slice(at + 1);
  if (name !== redacted && name !== '' && isSecretValue(decode(name))) return redacted;
  if (value === '' || value === redacted) return part;
  return every || isSecretName(decode(name)) || isSecretValue(decode(value)) ? part.slice(0, at + 1) + redacted : part;
};

const redactTail = (tail: string, every: boolean): string =>
  tail
    .split(/([?#&;])/)
    .map((part, index) => (index % 2 === 0 ? redactPart(part, every) : part))
    .join('');

/** `/hook;token=…`: parameters of a path segment. */
const redactPath = (path: string): string =>
  path
    .split(/([/\\;])/)
    .map((part, index, all) => (index % 2 === 0 && all[index - 1] === ';' ? redactPart(part, false) : part))
    .join('');

type Reading = { start: number; end: RegExp; strict: boolean };

/** Where the authority begins and what ends it. `strict`: not to be read reliably, so too much is taken rather than too little. */
const readAuthority = (text: string): Reading => {
  const [lead = '', scheme = '', slashes = ''] = /^[\0-\x20]*([a-z][a-z0-9+.-]*:)?([\\/]*)/i.exec(text) ?? [];
  const parses = URL.canParse(text);
  if (/^(?:https?|wss?|ftp):$/i.test(scheme)) return { start: lead.length, end: /[/\\?#]/, strict: !parses };
  if (scheme !== '' && slashes.startsWith('//')) return { start: lead.length, end: /[/?#]/, strict: !parses };
  if (/^mailto:$/i.test(scheme)) return { start: text.length, end: /$/, strict: !parses };
  const start = lead.length - scheme.length - slashes.length;
  const end = /[/?#]/;
  const opaque = text.slice(start).split(end, 1)[0] ?? '';
  return { start: scheme === '' ? lead.length : start, end, strict: !parses || opaque.includes('@') };
};

const redactUserinfo = (text: string, { start, end, strict }: Reading): string => {
  const rest = text.slice(start);
  const authority = strict ? rest : (rest.split(end, 1)[0] ?? '');
  const at = authority.lastIndexOf('@');
  if (at < 0 || /^:?$/.test(authority.slice(0, at))) return text;
  return text.slice(0, start) + redacted + rest.slice(at);
};

const redactText = (text: string): string => {
  const reading = readAuthority(text);
  const shown = redactUserinfo(text, reading);
  const tailAt = shown.search(/[?#]/);
  if (tailAt < 0) return redactPath(shown);
  return redactPath(shown.slice(0, tailAt)) + redactTail(shown.slice(tailAt), reading.strict);
};

/** No userinfo, no parameters, no fragment and nothing that a parser would drop: what most URLs are. */
const withoutPlaceForSecrets = /^https?:\/\/[\w.:~/-]*$/;

/**
 * A URL that may be shown: userinfo, token-like parameters and token-like fragments are the word REDACTED.
 * Returns the identical string where it finds no secret, so `redactUrl(url) !== url` means that it held one.
 * Idempotent, never throws. A secret that is part of the path itself is not recognised.
 */
export const redactUrl = (raw: string): string => {
  if (withoutPlaceForSecrets.test(raw)) return raw;
  // Parsers drop tabs and line breaks wherever they stand, so a name may be hidden by them.
  const text = raw.replace(/[\t\n\r]/g, '');
  const shown = redactText(text);
  return shown === text ? raw : shown;
};

/** Short words of letters and digits: no shape of a secret fits into them, and nothing assigns one. */
const withoutRoomForSecrets = /^[A-Za-z0-9]{0,19}(?: [A-Za-z0-9]{0,19})*$/;

/**
 * A name that people gave, as it may be shown: words that are or assign something secret are the word REDACTED. Returns the
 * identical string where it finds none.
 */
export const redactName = (raw: string): string => {
  if (withoutRoomForSecrets.test(raw)) return raw;
  return raw
    .split(/(\s+)/)
    .map((word, at) => {
      if (at % 2 === 1) return word;
      return word.includes('://') ? redactUrl(word) : redactPart(word, false);
    })
    .join('');
};
