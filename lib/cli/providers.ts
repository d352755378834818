import { either } from '../policy/wording.ts';
import { capabilitiesOf } from '../providers/capabilities.ts';
import type { Capabilities, ProviderDefinition } from '../providers/contract.ts';
import { providers as registry } from '../providers/registry.ts';
import { type Command, type Context, type ExitCode, exit } from './command.ts';
import { providerNamed } from './provider-name.ts';
import { tableLines } from './table.ts';
import { durationText } from './time-text.ts';

const switchText = ({ kinds, disable }: Capabilities): string => {
  if (disable.length === 0) return 'no: waits, then deletes';
  return disable.length === kinds.length ? 'yes' : `${disable.join(', ')} only`;
};

const signalText = ({ signals, signalMemoryMs }: Capabilities): string => {
  if (!signals) return 'none';
  return signalMemoryMs === undefined ? 'yes' : `of the last ${durationText(signalMemoryMs)}`;
};

/** `token, or appId + privateKey`; optional ones in brackets. */
const credentialText = ({ credentials, oneOf }: ProviderDefinition): string => {
  const inSets = new Set(oneOf?.flat());
  const others = Object.entries(credentials).filter(([name]) => !inSets.has(name));
  const sets = oneOf === undefined ? [] : [either(oneOf.map((set) => set.join(' + ')))];
  return [...sets, ...others.map(([name, { required }]) => (required ? name : `[${name}]`))].join(', ');
};

type Options = ReturnType<typeof import('../policy/json-schema.ts').optionNames>;

const optionText = (options: Options): string =>
  options.map(({ name, required }) => (required ? name : `[${name}]`)).join(', ');

const rowOf = ({ definition, options }: Told): string[] => {
  const can = capabilitiesOf(definition);
  return [
    definition.id,
    can.kinds.join(', '),
    switchText(can),
    signalText(can),
    credentialText(definition),
    optionText(options),
    can.experimental === null ? '' : 'experimental',
  ];
};

/** One provider with the options that its schema names. */
type Told = { definition: ProviderDefinition; options: Options };

const heads = ['PROVIDER', 'KINDS', 'SWITCHES OFF', 'DELIVERIES', 'CREDENTIALS', 'OPTIONS', ''];

const addressText = ({ baseUrl, baseUrlFrom }: ProviderDefinition): string => {
  if (baseUrlFrom !== undefined) return 'follows from the options';
  const { sandbox, production } = baseUrl;
  if (sandbox === production) return production ?? 'the policy file has to name it';
  return `sandbox ${sandbox ?? 'has to be named'}, production ${production ?? 'has to be named'}`;
};

const detailsOf = ({ definition, options }: Told): [string, string][] => {
  const can = capabilitiesOf(definition);
  return [
    ['kinds', can.kinds.join(', ')],
    ['switches off', switchText(can)],
    ['deliveries', signalText(can)],
    ['a restore loses', can.lostOnRestore.join(', ')],
    ['late deliveries', can.lateDeliveryMs === 0 ? 'none' : `for up to ${durationText(can.lateDeliveryMs)}`],
    ['address', addressText(definition)],
    ['credentials', credentialText(definition)],
    ...Object.entries(definition.credentials).map(([name, { about }]): [string, string] => [`  ${name}`, about]),
    ['options', optionText(options) || 'none'],
    ...(can.experimental === null ? [] : [['experimental', can.experimental] as [string, string]]),
  ];
};

const documentOf = ({ definition, options }: Told) => {
  const { id, title, credentials, oneOf, baseUrl } = definition;
  return {
    provider: id,
    title,
    ...capabilitiesOf(definition),
    credentials: Object.entries(credentials).map(([name, { required, secret = true, about }]) => {
      return { name, required, secret, about };
    }),
    oneOf: oneOf ?? null,
    options,
    baseUrl,
  };
};

const run = async ({ positionals, out }: Context): Promise<ExitCode> => {
  const [name] = positionals;
  const definitions = name === undefined ? Object.values(registry) : [providerNamed(name)];
  // Loaded only here: few commands need JSON Schema.
  const { optionNames } = await import('../policy/json-schema.ts');
  const told = definitions.map((definition) => ({ definition, options: optionNames(definition) }));
  out.document({ providers: told.map(documentOf) });
  if (name === undefined) {
    const head = heads.map((text) => ({ text, style: out.style.dim }));
    for (const line of tableLines([head, ...told.map(rowOf)])) out.line(line);
    out.line();
    out.line('[optional]. More of one: hooksweep providers NAME. A policy file for one: hooksweep init NAME');
    return exit.ok;
  }
  for (const one of told) {
    out.line(out.style.bold(one.definition.title));
    for (const line of tableLines(detailsOf(one), '  ')) out.line(line);
    out.line(`Next: hooksweep init ${one.definition.id}`);
  }
  return exit.ok;
};

export const providers: Command = {
  name: 'providers',
  summary: 'List the providers, and what each supports.',
  usage: '[PROVIDER]',
  about: `Tells of each provider which kinds of registrations it has, whether they can be switched off before they are deleted, whether
it tells of deliveries (without them nothing is ever stale), what a restore cannot bring back, and which credentials and
options its accounts take in the policy file. Calls nobody. Exit codes: 0; 1 no such provider.`,
  effects: { reads: 'what this version knows', changes: 'nothing' },
  options: {},
  optionHelp: {},
  positionals: { min: 0, max: 1 },
  examples: ['hooksweep providers', 'hooksweep providers github', 'hooksweep providers --json'],
  run,
};
