import { sha256 } from '../canonical.ts';
import { attributesOf, messagesOf } from './forms.ts';
import type { Notice, Notices } from './notice.ts';
import type { Publish } from './sns-client.ts';

type Connect = (region: string) => Promise<Publish>;

const connectTo: Connect = async (region) => (await import('./sns-client.ts')).publisher(region);

/** What Publish takes. A FIFO topic keeps the order within an account, and drops what was sent a moment ago. */
const inputOf = (topicArn: string, notice: Notice) => {
  const Message = JSON.stringify(messagesOf(notice));
  return {
    TopicArn: topicArn,
    Subject: notice.subject,
    Message,
    MessageStructure: 'json',
    MessageAttributes: attributesOf(notice),
    ...(topicArn.endsWith('.fifo') && { MessageGroupId: notice.account, MessageDeduplicationId: sha256(Message) }),
  };
};

/** Notices by SNS. The client is loaded with the first notice; topics may lie in another region. */
export const snsNotices = (stack: string | null, connect: Connect = connectTo): Notices => {
  const regions = new Map<string, Promise<Publish>>();
  return {
    stack,
    async publish(topicArn, notice) {
      const [, , , region = ''] = topicArn.split(':');
      const publish = regions.get(region) ?? connect(region);
      regions.set(region, publish);
      return { id: await (await publish)(inputOf(topicArn, notice)) };
    },
  };
};
