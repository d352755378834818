import { recordName } from '../../lib/audit/record.ts';
import type { Notice, Notices, Section } from '../../lib/notices/notice.ts';
import type { Account } from '../../lib/policy/policy.ts';
import type { Webhook } from '../../lib/webhook.ts';
import { shop, testHook, webhook } from './world.ts';

export const topic = 'arn:aws:sns:eu-central-1:123456789012:hooksweep';

/** A topic in memory. `down` refuses; `before` and `after` run around each acceptance. */
export const fakeTopic = () => {
  const accepted: Notice[] = [];
  const faults: { down: boolean; before?: () => void; after?: () => void } = { down: false };
  const notices: Notices = {
    stack: 'hooksweep-dev',
    async publish(target, notice) {
      faults.before?.();
      if (faults.down) throw new Error('KMSAccessDenied');
      accepted.push({ ...notice });
      faults.after?.();
      return { id: `${target.split(':').at(-1)}-${accepted.length}` };
    },
  };
  const lines = (section: Section) =>
    accepted.flatMap((notice) => notice.sections.flatMap((list) => (list.section === section ? list.lines : [])));
  const named = (section: Section): string[] => lines(section).map(({ record }) => record?.split('#').at(-1) ?? '');
  return { notices, accepted, faults, lines, named };
};

/** The account `shop` with a topic. */
export const tellingShop = (
  webhooks: readonly Webhook[] = [webhook('live'), testHook('a')],
  over: Partial<Account> = {},
  can: Parameters<typeof shop>[2] = {},
) => {
  const w = shop(webhooks, { notify: { sns: topic }, ...over }, can);
  const sns = fakeTopic();
  w.ports.notices = sns.notices;
  return { ...w, sns };
};

export const nameOf = (webhookId: string): string =>
  recordName({ account: 'shop', scope: 'main', kind: 'endpoint', webhookId });
