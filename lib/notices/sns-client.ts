import { PublishCommand, type PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { limits } from '../limits.ts';

const bounded = { requestHandler: { requestTimeout: limits.callTimeoutMs, connectionTimeout: limits.callTimeoutMs } };

/** Publishes to the topics of one region; resolves to the message id. */
export type Publish = (input: PublishCommandInput) => Promise<string>;

/** A module of its own, so that a bundle loads the client only where there is something to tell. */
export const publisher =
  (region: string, client = new SNSClient({ region, ...bounded })): Publish =>
  async (input) =>
    (await client.send(new PublishCommand(input))).MessageId ?? '';
