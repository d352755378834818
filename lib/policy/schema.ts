import * as v from 'valibot';
import type { Json } from '../canonical.ts';
import { limits } from '../limits.ts';
import type { ProviderDefinition } from '../providers/contract.ts';
import { variableFor } from './reference.ts';
import * as is from './values.ts';
import { either, meant } from './wording.ts';

export type Definitions = Readonly<Record<string, ProviderDefinition>>;

/** Every provider that has a name here, whether this version can work with it or not. */
const knownProviders = ['modulus', 'simpay', 'omise', 'spaaza', 'stripe', 'github', 'gitlab', 'shopify'];

const ruleFields = {
  test: is.fields({ after: v.optional(is.duration), hosts: v.optional(is.hosts) }),
  duplicate: is.fields({ keep: v.optional(is.word('newest', 'oldest', 'pinned')) }),
  stale: is.fields({ after: v.optional(is.duration) }),
  disabled: is.fields({ after: v.optional(is.duration) }),
  'retired-host': is.fields({ hosts: v.optional(is.hosts) }),
  'superseded-secret': is.fields({ overlap: v.optional(is.duration), keep: v.optional(is.count(1)) }),
  unresolvable: is.fields({ scans: v.optional(is.count(1, limits.absencesMax)), apart: v.optional(is.duration) }),
};
const rules = is.fields(v.partial(v.object(ruleFields)).entries);

const off = v.literal(false);
const orOff = <S extends v.GenericSchema>(schema: S) =>
  v.optional(
    v.union([off, schema], is.say('expected a map or false', 'write {} to switch the rule on, false to switch it off')),
  );
const accountRules = is.fields({
  test: orOff(ruleFields.test),
  duplicate: orOff(ruleFields.duplicate),
  stale: orOff(ruleFields.stale),
  disabled: orOff(ruleFields.disabled),
  'retired-host': orOff(ruleFields['retired-host']),
  'superseded-secret': orOff(ruleFields['superseded-secret']),
  unresolvable: orOff(ruleFields.unresolvable),
});

const protectKeys = ['id', 'url', 'host', 'name', 'event', 'kind', 'provider', 'account'];
const protect = v.pipe(
  is.fields(
    {
      id: v.optional(is.text),
      url: v.optional(is.urlPattern),
      host: v.optional(is.hostPattern),
      name: v.optional(is.text),
      event: v.optional(is.text),
      kind: v.optional(is.word('endpoint', 'signing-secret')),
      provider: v.optional(is.text),
      account: v.optional(is.text),
      because: is.text,
    },
    { because: '"why it must never go"' },
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    const entry = dataset.value;
    if (typeof entry !== 'object' || entry === null) return;
    const keys = Object.keys(entry).filter((key) => protectKeys.includes(key));
    if (keys.length === 0) {
      addIssue({ message: is.say('says not what it protects', `add at least one of ${either(protectKeys)}`) });
    }
    const idle = keys.filter((key) => ['url', 'host', 'event'].includes(key));
    if ('kind' in entry && entry.kind === 'signing-secret' && idle.length > 0) {
      addIssue({
        message: is.say(`${either(idle)} says nothing of a signing secret, so this protects nothing`, 'use id or name'),
      });
    }
  }),
);

const listOf = <S extends v.GenericSchema>(schema: S, example: string) =>
  v.array(schema, is.say('expected a list', `write ${example}`));

const settings = {
  mode: v.optional(is.word('report', 'approve', 'auto')),
  protect: v.optional(listOf(protect, '- { host: api.example.com, because: "checkout" }')),
  lifecycle: v.optional(is.fields({ notice: v.optional(is.duration), observe: v.optional(is.duration) })),
  limits: v.optional(
    is.fields({
      perRun: v.optional(is.fields({ count: v.optional(is.count(0)), percent: v.optional(is.percent) })),
      perDay: v.optional(is.fields({ count: v.optional(is.count(0)) })),
      shrink: v.optional(is.fields({ percent: v.optional(is.percent) })),
    }),
  ),
  retry: v.optional(
    is.fields({ attempts: v.optional(is.count(1, 100)), base: v.optional(is.duration), cap: v.optional(is.duration) }),
  ),
  notify: v.optional(is.fields({ sns: v.optional(is.topicArn) })),
  keepLast: v.optional(is.flag),
};

const accountOf = <P extends v.GenericSchema<unknown, string>>(
  provider: P,
  credentials: v.GenericSchema<unknown, Record<string, string>>,
  options: v.GenericSchema<unknown, Record<string, Json>>,
) =>
  is.fields(
    {
      name: is.accountName,
      provider,
      environment: is.word('sandbox', 'production'),
      baseUrl: v.optional(is.baseUrl),
      credentials,
      options: v.optional(options, {}),
      ...settings,
      rules: v.optional(accountRules),
    },
    { environment: 'sandbox, or production', credentials: '{ … } with references such as env:NAME' },
  );

const accountFor = (definition: ProviderDefinition) => {
  const credentials = Object.entries(definition.credentials).map(([name, { required }]) => {
    const schema = is.reference(definition.id, name);
    return [name, required ? schema : v.optional(schema)] as const;
  });
  const examples = Object.fromEntries(credentials.map(([name]) => [name, `env:${variableFor(definition.id, name)}`]));
  const id = v.literal(definition.id) as v.GenericSchema<unknown, string>;
  const references = is.fields(Object.fromEntries(credentials), examples) as v.GenericSchema<
    unknown,
    Record<string, string>
  >;
  return v.pipe(
    accountOf(id, references, definition.options),
    v.rawCheck(({ dataset, addIssue }) => {
      for (const lacks of [baseUrlMissing, credentialsMissing]) {
        const message = lacks(definition, dataset.value);
        if (message !== null) addIssue({ message });
      }
    }),
  );
};

const baseUrlMissing = ({ baseUrl, baseUrlFrom, title }: ProviderDefinition, account: unknown): string | null => {
  if (baseUrlFrom !== undefined) return null;
  if (typeof account !== 'object' || account === null || 'baseUrl' in account || !('environment' in account))
    return null;
  const { environment } = account;
  if ((environment !== 'sandbox' && environment !== 'production') || baseUrl[environment] !== null) return null;
  return is.say(
    `baseUrl is missing: ${title} publishes none for ${environment}`,
    'add `baseUrl: https://…` with the address that the provider handed over to you',
  );
};

const credentialsMissing = ({ oneOf, title }: ProviderDefinition, account: unknown): string | null => {
  if (oneOf === undefined || typeof account !== 'object' || account === null || !('credentials' in account))
    return null;
  const given = Object.keys(account.credentials ?? {});
  const begun = oneOf.filter((set) => set.some((name) => given.includes(name)));
  if (begun.length === 1 && begun[0]?.every((name) => given.includes(name))) return null;
  const sets = oneOf.map((set) => set.join(', ')).join('; or ');
  return is.say(`the credentials are not one whole set: ${title} takes one of several`, `give exactly one of: ${sets}`);
};

/** Stands in where the provider is unknown, so that all else about the account is still checked. */
const accountOfUnknown = (definitions: Definitions) => {
  const ids = Object.keys(definitions);
  const known = [...new Set([...ids, ...knownProviders])];
  const provider = v.pipe(
    is.text,
    v.check(
      (id) => Object.hasOwn(definitions, id),
      ({ input: id }) => {
        if (knownProviders.includes(id))
          return is.say(`provider ${id} is not supported by this version`, `use ${either(ids)}`);
        const close = meant(id, known);
        return is.say(
          'unknown provider',
          `${close === null ? '' : `did you mean ${close}? `}this version supports ${either(ids)}`,
        );
      },
    ),
  );
  const anything = v.record(
    v.string(),
    is.reference('provider', 'credential'),
    is.say('expected a map', 'write { secretKey: env:NAME }'),
  );
  return accountOf(provider, anything, v.unknown() as v.GenericSchema<unknown, Record<string, Json>>);
};

const fileOf = <S extends v.GenericSchema>(account: S) =>
  is.fields(
    {
      version: v.literal(1, is.say('not a version of the policy file that this one reads', 'write version: 1')),
      accounts: v.pipe(
        listOf(account, '- { name: …, provider: …, environment: … }'),
        v.nonEmpty(is.say('no account', 'add one')),
        v.maxLength(
          limits.policyAccountsMax,
          is.say(`more than ${limits.policyAccountsMax} accounts`, 'split the policy'),
        ),
      ),
      ...settings,
      rules: v.optional(rules),
    },
    { version: '1' },
  );

/** The file as people write it, with durations parsed and provider options completed. All its problems come at once. */
export const policySchema = (definitions: Definitions) => {
  const byId = new Map(Object.values(definitions).map((definition) => [definition.id, accountFor(definition)]));
  const unknown = accountOfUnknown(definitions);
  const pick = (input: unknown) => {
    const id = typeof input === 'object' && input !== null && 'provider' in input ? input.provider : undefined;
    return (typeof id === 'string' ? byId.get(id) : undefined) ?? unknown;
  };
  return fileOf(v.lazy(pick) as v.GenericSchema<unknown, v.InferOutput<typeof unknown>>);
};

/** The same file with one branch for each provider, as JSON Schema can say it. */
export const policyBranches = (definitions: Definitions) => fileOf(v.union(Object.values(definitions).map(accountFor)));

export type WrittenPolicy = v.InferOutput<ReturnType<typeof policySchema>>;
export type WrittenAccount = WrittenPolicy['accounts'][number];
