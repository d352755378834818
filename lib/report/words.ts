import type { ApprovalReason, GuardName } from '../plan/item.ts';

/** Why a proposal waits for a person, in a sentence each. */
export const approvalWords: Readonly<Record<ApprovalReason, string>> = {
  mode: 'The policy lets nothing go without a person (mode: report or approve).',
  'first-scan': "The account's first scan is always looked at by a person.",
  'over-limit': 'More is proposed than one unattended run may do (limits.perRun).',
  'delete-only': 'The provider cannot switch it off first, so nothing can be watched before it is deleted.',
  'short-observe': 'A production webhook would be watched for less than a day.',
  secret: 'Somebody has to confirm that the newer signing secret is deployed.',
  'partly-restorable': 'The backup cannot bring all of it back.',
  last: 'No other webhook receives its events.',
};

/** What each guard means. */
export const guardWords: Readonly<Record<string, string>> = {
  protected: 'The policy protects it.',
  'last-one': 'No other enabled webhook would receive one of its events.',
  'in-use': 'A webhook refers to this signing secret.',
  vetoed: 'A person said that it stays.',
  restored: 'It was restored and is not swept again.',
  alive: 'It showed a sign of life.',
  refused: 'An earlier cleanup of it failed and nothing changed since.',
  changed: 'It is not what the records say of it.',
  foreign: 'Another account of the policy lists it too.',
  open: 'Its cleanup is under way already.',
  stopped: 'Hooksweep is stopped.',
} satisfies Record<GuardName, string>;
