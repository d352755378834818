import * as v from 'valibot';
import { CommandError } from '../failure.ts';
import { type Answer, type Wanted, whyOf } from '../jobs/why.ts';
import { meant, suggestion } from '../policy/wording.ts';
import { request, words } from './request.ts';

const idsShown = 5;

const failureOf = (wanted: Wanted, { code, message, ids, hint }: Extract<Answer, { ok: false }>): CommandError => {
  if (hint !== undefined) return new CommandError({ code, message, hint });
  if (code === 'unknown-account') return new CommandError({ code, message, hint: suggestion(wanted.account, ids) });
  const near = meant(wanted.webhookId, ids);
  const some = ids.slice(0, idsShown).join(', ');
  const rest = ids.length > idsShown ? ` and ${ids.length - idsShown} more` : '';
  const listed = ids.length === 0 ? 'it lists none' : `it lists ${some}${rest}`;
  return new CommandError({ code, message, hint: `${near === null ? '' : `did you mean ${near}? `}${listed}` });
};

const schema = v.strictObject({
  account: words,
  webhookId: words,
  scope: v.optional(words),
  kind: v.optional(v.picklist(['endpoint', 'signing-secret'])),
});

/** Every rule and guard for one webhook; without scope and kind the first that the account lists under the id. */
export const why = request(schema, async (ports, { account, webhookId, scope, kind }) => {
  const wanted = { account, webhookId, ...(scope !== undefined && { scope }), ...(kind !== undefined && { kind }) };
  const answer = await whyOf(ports, wanted);
  if (!answer.ok) throw failureOf(wanted, answer);
  return answer.why;
});
