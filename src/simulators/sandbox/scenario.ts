/**
 * The call that the sandbox plays: a shop for single playing cards. The caller is a recorded person; the agent is scripted and
 * spoken by a synthesiser. Both sides as data.
 */
import type { AgentScript } from '../elevenlabs/agent-script.js';
import type { CallerScript } from '../twilio/caller-script.js';

export const CALLEE = '+14155550123';
export const VARIABLES = { name: 'John' };

/** What the stock service answers from; the agent says what the tool really returned. */
export const STOCK: Readonly<Record<string, { readonly quantity: number; readonly price: string }>> = {
  'ten of clubs': { quantity: 12, price: '40 cents' },
  'seven of clubs': { quantity: 3, price: '35 cents' },
};

export const CALLER: CallerScript = {
  answer: { kind: 'answers', afterMs: 900 },
  steps: [
    { step: 'hears-agent-out' },
    { step: 'waits', ms: 300 },
    { step: 'says', clip: 'ten-of-clubs' },
    { step: 'hears-agent-for', ms: 4500 },
    { step: 'says', clip: 'seven-of-clubs' },
    { step: 'hears-agent-out' },
    { step: 'waits', ms: 300 },
    { step: 'says', clip: 'not-ill-disposed' },
  ],
};

export const AGENT: AgentScript = {
  firstMessage: 'Hi, {{name}}. This is the card shop. Which card are you looking for?',
  steps: [
    { step: 'listens', transcript: 'Ten of clubs.' },
    { step: 'calls-tool', name: 'check_inventory', parameters: { item: 'ten of clubs' }, save: 'first' },
    {
      step: 'speaks',
      text: 'Yes. We have {{first.quantity}} of the {{first.item}}, at {{first.price}} each. Before you decide, let me tell you about the history of this card, which begins in the fifteenth century, in the workshops of Lyon and Rouen.',
    },
    { step: 'listens', transcript: 'Seven of clubs.' },
    { step: 'calls-tool', name: 'check_inventory', parameters: { item: 'seven of clubs' }, save: 'second' },
    {
      step: 'speaks',
      text: 'Of the {{second.item}} there are {{second.quantity}} left, at {{second.price}} each. Is there anything else?',
    },
    { step: 'listens', transcript: 'He was not an ill-disposed young man.' },
    { step: 'speaks', text: 'I am sure he was not. Thank you for calling, {{name}}. Goodbye.' },
    { step: 'ends-call' },
  ],
};

/** What `--once` holds a call against. */
export const EXPECTED = {
  tools: ['ten of clubs', 'seven of clubs'],
  interruptions: 1,
  status: 'completed',
  endReason: 'agent-ended',
} as const;
