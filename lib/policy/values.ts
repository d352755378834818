import * as v from 'valibot';
import type { Ms } from '../clock.ts';
import { parseBaseUrl } from './base-url.ts';
import { durationPattern, parseDuration } from './duration.ts';
import { parseHostPattern } from './host-pattern.ts';
import { normaliseUrlPattern } from './protect.ts';
import { parseReference, referencePattern, variableFor } from './reference.ts';
import { quote, suggestion } from './wording.ts';

/**
 * What a schema's message is: a sentence, a line break, and what to do instead. `explain.ts` takes them apart and adds
 * file, line and column.
 */
export const say = (message: string, hint: string): string => `${message}\n${hint}`;

type Entries = v.ObjectEntries;

/** A map with these keys and no others. `examples` tell what a key that must be there looks like. */
export const fields = <const E extends Entries>(
  entries: E,
  examples: Readonly<Record<string, string>> = {},
): v.StrictObjectSchema<E, (issue: v.StrictObjectIssue) => string> => {
  const schema = v.strictObject(entries, (issue) => fieldsMessage(issue, Object.keys(entries), examples));
  return {
    ...schema,
    // valibot takes a list for an object, and an empty one for an empty object.
    '~run': (dataset, config) => schema['~run'](Array.isArray(dataset.value) ? { value: null } : dataset, config),
  };
};

const fieldsMessage = (
  issue: v.StrictObjectIssue,
  keys: readonly string[],
  examples: Readonly<Record<string, string>>,
): string => {
  const key = String(issue.path?.at(-1)?.key ?? '');
  if (issue.expected === 'never') return say('', keys.join('\n'));
  if (issue.expected !== 'Object') return say(`${key} is missing`, `add ${key}: ${examples[key] ?? '…'}`);
  return say('expected a map', keys.length === 0 ? 'write {}' : `write { … } with the keys ${keys.join(', ')}`);
};

const notText = (issue: v.BaseIssue<unknown>): string =>
  say('expected a text', issue.input === null ? 'write one, or remove the key' : '');

/** Text that says something. A number, which is what an unquoted 0001 is, is refused. */
export const text = v.pipe(
  v.string(notText),
  v.check((value) => value.trim() !== '', say('an empty text', 'write something, or remove the key')),
  v.check((value) => value === value.trim() || value.trim() === '', say('white space around the text', 'remove it')),
);

export const word = <const W extends readonly string[]>(...words: W) =>
  v.picklist(words, (issue) => say(`${quote(issue.input)} is not allowed here`, suggestion(issue.input, words)));

export const flag = v.boolean((issue) =>
  say(`expected true or false, got ${quote(issue.input)}`, 'write true or false'),
);

/** Whole, from `min` to `max`. */
export const count = (min: number, max = 1_000_000) => {
  const message = (issue: v.BaseIssue<unknown>) =>
    say(
      `expected a whole number from ${min} to ${max}, got ${quote(issue.input)}`,
      `write a number without quotes or unit`,
    );
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
};

const percentMessage = (issue: v.BaseIssue<unknown>) =>
  say(`expected a percentage from 0 to 100, got ${quote(issue.input)}`, 'write the number alone, e.g. 20');
export const percent = v.pipe(v.number(percentMessage), v.minValue(0, percentMessage), v.maxValue(100, percentMessage));

const durationMessage = (issue: v.BaseIssue<unknown>) =>
  say(
    `${quote(issue.input)} is not a duration of at most ten years`,
    'write a whole number and a unit: 200ms, 30s, 15m, 24h or 90d',
  );
/** In the file a text such as `24h`, parsed to milliseconds. */
export const duration = v.pipe(
  v.string(durationMessage),
  v.regex(durationPattern, durationMessage),
  v.check((value) => parseDuration(value) !== null, durationMessage),
  v.transform((value): Ms => parseDuration(value) ?? Number.NaN),
);

export const hostPattern = v.pipe(
  text,
  v.check(
    (value) => parseHostPattern(value) !== null,
    (issue) =>
      say(
        `${quote(issue.input)} is not a host`,
        'write a.com for that host or *.a.com for all below it, without scheme, port and path',
      ),
  ),
);

export const hosts = v.array(hostPattern, (issue) =>
  say(`expected a list of hosts, got ${quote(issue.input)}`, 'write [old.example.com, "*.old.example.com"]'),
);

export const urlPattern = v.pipe(
  text,
  v.check(
    (value) => normaliseUrlPattern(value) !== null,
    (issue) =>
      say(
        `${quote(issue.input)} is not a URL pattern`,
        'write scheme and host, e.g. "https://api.example.com/**"; for a host alone use host:',
      ),
  ),
);

export const topicArn = v.pipe(
  text,
  v.regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(?:\.fifo)?$/, (issue) =>
    say(`${quote(issue.input)} is not the ARN of an SNS topic`, 'write arn:aws:sns:REGION:ACCOUNT:TOPIC'),
  ),
);

export const accountName = v.pipe(
  text,
  v.regex(/^[a-z0-9-]{1,40}$/, (issue) =>
    say(`${quote(issue.input)} is not an account name`, 'use 1 to 40 of a-z, 0-9 and -'),
  ),
);

export const baseUrl = v.pipe(
  text,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = parseBaseUrl(dataset.value);
    if ('url' in parsed) return parsed.url;
    addIssue({ message: say(parsed.message, parsed.hint) });
    return NEVER;
  }),
);

/** A reference to where a credential stands. What was written instead may be the credential, and is never shown. */
export const reference = (provider: string, credential: string) => {
  const variable = variableFor(provider, credential);
  const message = say(
    `${credential} is not a reference; a credential never stands in the policy file (value not shown)`,
    `run \`export ${variable}=…\` and write env:${variable}; ssm:/path and secretsmanager:name#key are references too`,
  );
  return v.pipe(
    v.string(message),
    v.regex(referencePattern, message),
    v.check((value) => !referencePattern.test(value) || parseReference(value) !== null, message),
  );
};
