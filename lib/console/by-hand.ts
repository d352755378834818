import { limits } from '../limits.ts';
import type { Environment } from '../policy/policy.ts';
import { capabilitiesOf } from '../providers/capabilities.ts';
import { providers } from '../providers/registry.ts';
import { isHttp, parseUrl, redactUrl } from '../url.ts';
import { type Field, placeField, secretField } from './fields.ts';

const steps = {
  disable: { label: 'Switch it off, and leave it at that', step: 'disable', now: false },
  delete: { label: 'Switch it off, watch, then delete it', step: 'delete', now: false },
  'delete-now': { label: 'Switch it off and delete it, unwatched', step: 'delete', now: true },
} as const;
type Choice = keyof typeof steps;

/** How far it goes. On production nothing is deleted unwatched. */
export const stepField = (environment: Environment): Field => {
  const wanted = 'Choose how far it goes.';
  const choices = (Object.keys(steps) as Choice[])
    .filter((name) => environment === 'sandbox' || !steps[name].now)
    .map((name) => [name, steps[name].label] as const);
  return { name: 'step', label: 'How far it goes', wanted, choices, problem: () => null };
};

/** The step that was chosen, as the command takes it. */
export const stepFrom = (choice: string): { step: 'disable' | 'delete'; now: boolean } => {
  const { step, now } = steps[choice as Choice];
  return { step, now };
};

/** Where a new webhook delivers; whole, secrets included, which is why it may come only once. */
export const urlField: Field = {
  name: 'url',
  label: 'Where the new one delivers: the whole URL',
  wanted: 'Write the whole URL.',
  charactersMax: limits.urlCharactersMax,
  isShown: (text) => redactUrl(text) === text,
  problem(text) {
    const parsed = parseUrl(text);
    return parsed !== null && isHttp(parsed) ? null : 'This is no URL that begins with https:// or http://.';
  },
};

/** Where it is carried out is not known here; what is refused there says it exactly. */
const forms = { reference: 'env:NAME, on a stack ssm:/PATH', place: 'file:PATH, on a stack ssm:/PATH' };

/** What a new webhook of this provider can be given along, and has to. */
export const alongFields = (provider: string): Field[] => {
  const definition = providers[provider];
  if (!definition) return [];
  const { takesSecrets = [], issuesSecret = [] } = capabilitiesOf(definition);
  return [
    ...takesSecrets.map((name) => secretField(name, false, forms.reference)),
    ...(issuesSecret.includes('endpoint') ? [placeField(forms.place)] : []),
  ];
};
