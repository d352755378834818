import type { SNSClient } from '@aws-sdk/client-sns';
import { sha256 } from '../canonical.ts';
import { limits } from '../limits.ts';
import { attributesOf, messagesOf } from './forms.ts';
import type { Notice, Notices } from './notice.ts';

type MakeClient = (region: string) => Promise<SNSClient>;

const makeClient: MakeClient = async (region) => {
  const { SNSClient } = await import('@aws-sdk/client-sns');
  const timeout = limits.callTimeoutMs;
  return new SNSClient({ region, requestHandler: { requestTimeout: timeout, connectionTimeout: timeout } });
};

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
export const snsNotices = (stack: string | null, make: MakeClient = makeClient): Notices => {
  const clients = new Map<string, Promise<SNSClient>>();
  const clientFor = (region: string): Promise<SNSClient> => {
    const client = clients.get(region) ?? make(region);
    clients.set(region, client);
    return client;
  };
  return {
    stack,
    async publish(topicArn, notice) {
      const [, , , region = ''] = topicArn.split(':');
      const client = await clientFor(region);
      const { PublishCommand } = await import('@aws-sdk/client-sns');
      const { MessageId = '' } = await client.send(new PublishCommand(inputOf(topicArn, notice)));
      return { id: MessageId };
    },
  };
};
