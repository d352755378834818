import { stringify } from 'yaml';
import type { Json } from '../canonical.ts';
import { exampleBaseUrl } from '../providers/capabilities.ts';
import type { Capabilities, ProviderDefinition } from '../providers/contract.ts';
import type { Kind } from '../webhook.ts';
import type { Environment } from './policy.ts';
import { variableFor } from './reference.ts';

export const schemaLine = '# yaml-language-server: $schema=./hooksweep.schema.json';

/** What of the capabilities decides which rules are of use, and how long a deletion takes. */
export type StarterCapabilities = Pick<Capabilities, 'kinds' | 'disable'>;

const endpointsThatSwitchOff: StarterCapabilities = { kinds: ['endpoint'], disable: ['endpoint'] };

/**
 * A commented policy file for one account that is valid as it is.
 * `options` are those that the provider cannot do without.
 */
export const starterPolicy = (
  definition: ProviderDefinition,
  environment: Environment = 'sandbox',
  options: Readonly<Record<string, Json>> = definition.exampleOptions ?? {},
  { kinds, disable }: StarterCapabilities = endpointsThatSwitchOff,
): string => `${schemaLine}
# hooksweep: which webhooks may be cleaned up, and how carefully. Check it with \`hooksweep validate\`.
version: 1
mode: report # report: only shows | approve: a person approves each plan | auto: small plans approve themselves

accounts:
  # ${definition.title}
  - name: ${definition.id}-${environment}
    provider: ${definition.id}
    environment: ${environment} # sandbox | production
${baseUrlLine(definition.baseUrlFrom?.(options) ?? definition.baseUrl[environment])}
    credentials: # references only: env:NAME | ssm:/path | secretsmanager:name#key
${credentialLines(definition)}
    options: ${stringify(options, { collectionStyle: 'flow', lineWidth: 0 }).trim()}

# A rule is on when it is listed.
rules:
${kinds.map((kind) => rulesFor[kind]).join('\n')}

# What is never touched. Keys are and-ed: id, url, host, name, event, kind, provider, account.
protect:
  - { ${kinds.includes('endpoint') ? 'url: "https://api.example.com/**"' : 'kind: signing-secret, id: "example"'}, because: "example: replace it with what must never go" }

lifecycle: { observe: 24h } # ${disable.length > 0 ? 'between switching off and deleting' : 'before deleting: this provider cannot switch off'}; notice: 0s in a sandbox, 24h in production
limits: { perRun: { count: 10, percent: 20 }, perDay: { count: 20 }, shrink: { percent: 30 } } # 0 means zero
retry: { attempts: 8, base: 2s, cap: 5m }
keepLast: true # never remove the last ${kinds.includes('endpoint') ? 'enabled webhook of an event' : 'active secret'}
`;

const rulesFor: Readonly<Record<Kind, string>> = {
  endpoint: `  test: { after: 1d, hosts: [] } # tunnels, request bins, loopback; hosts: your own test hosts
  duplicate: { keep: newest } # newest | oldest | pinned
  stale: { after: 90d } # only failing deliveries for that long
  disabled: { after: 30d } # switched off for that long`,
  'signing-secret': `  superseded-secret: { overlap: 7d, keep: 1 } # a newer one exists for that long; a person confirms that it is deployed`,
};

const baseUrlLine = (published: string | null): string =>
  published === null
    ? `    baseUrl: ${exampleBaseUrl} # replace it with the address that the provider handed over to you`
    : `    baseUrl: ${published}`;

const credentialLines = ({ id, credentials, oneOf }: ProviderDefinition): string =>
  Object.entries(credentials)
    .map(
      ([name, { required, about }]) =>
        `      ${required || oneOf?.[0]?.includes(name) ? '' : '# '}${name}: env:${variableFor(id, name)} # ${about}`,
    )
    .join('\n');
