import { iso } from '../clock.ts';
import { hex } from './random.ts';
import type { Setup, SimulatedWebhook } from './simulation.ts';

/** What is absent is as for the population: of the one source account, and without secrets. */
export type SimpayRow = SimulatedWebhook & {
  /** `branch:number`. */
  source?: string;
  authorizationToken?: string | null;
  xFunctionsKey?: string | null;
};

const dayMs = 86_400_000;

type Template = { url: (random: () => number) => string; type: string; token?: string };

const store = () => 'https://api.loja-demo.com.br/pix';

/** One of each; `token` names one that several may share. */
const templates: readonly Template[] = [
  { url: store, type: 'CASHIN', token: 'a' },
  { url: store, type: 'CASHIN', token: 'a' },
  { url: store, type: 'PIX_CASHIN_RECEIVED', token: 'a' },
  { url: store, type: 'CASHOUT', token: 'a' },
  { url: store, type: 'CASHOUT', token: 'b' },
  { url: (random) => `https://${hex(random, 12)}.ngrok-free.app/pix`, type: 'CASHIN' },
  { url: () => 'https://webhook.site/7d1f6f0e-0000-4000-8000-000000000000', type: 'CASHOUT' },
  { url: () => 'http://localhost:3000/pix', type: 'MED_CREATED' },
  { url: () => 'https://risco.loja-demo.com.br/med', type: 'MED_CREATED' },
  { url: () => 'https://antigo.loja-demo.com.br/pix', type: 'PIX_CASHOUT_SUCCESS' },
  { url: () => 'https://erp.loja-demo.com.br/pix', type: 'PIX_CASHOUT_SUCCESS' },
  { url: (random) => `https://erp.loja-demo.com.br/qr?token=${hex(random, 32)}`, type: 'QR_CODE_COPY_AND_PASTE_PAID' },
];

const further = (index: number): Template => ({
  url: () => `https://loja-${index}.loja-demo.com.br/pix`,
  type: 'CASHIN',
  token: String(index),
});

/** By id. Times are kept, and shown to nobody: the provider has none. */
export const simpayPopulation = ({ random, now, webhooks }: Setup): Map<string, SimpayRow> => {
  const tokens = new Map<string, string>();
  const tokenOf = (name: string | undefined): string | null => {
    if (name === undefined) return null;
    tokens.set(name, tokens.get(name) ?? `auth-${hex(random, 24)}`);
    return tokens.get(name) ?? null;
  };
  const rows = Array.from({ length: webhooks }, (_, index): SimpayRow => {
    const { url, type, token } = templates[index] ?? further(index);
    const at = iso(now() - (30 + index) * dayMs);
    return {
      id: String(701 + index),
      url: url(random),
      events: [type],
      enabled: true,
      createdAt: at,
      updatedAt: at,
      authorizationToken: tokenOf(token),
    };
  });
  return new Map(rows.map((row) => [row.id, row]));
};
