/**
 * The call that the sandbox plays: a shop for single playing cards. The caller is a recorded person; the agent is scripted and
 * spoken by a synthesiser. Both sides, and what is expected of them, as data.
 */
import type { AgentScript } from '../elevenlabs/agent-script.js';
import { fill } from '../elevenlabs/placeholders.js';
import type { CallerScript } from '../twilio/caller-script.js';

export const AGENT_ID = 'agent_card_shop';
export const OWN_NUMBER = '+14155550100';
export const CALLEE = '+14155550123';
export const VARIABLES: Readonly<Record<string, string>> = { name: 'John' };

export interface StockItem {
  readonly item: string;
  readonly inStock: boolean;
  readonly quantity: number;
  readonly price: string;
}

/** What the stock service answers from; the agent says what the tool really returned. */
export const STOCK: readonly StockItem[] = [
  { item: 'ten of clubs', inStock: true, quantity: 12, price: '40 cents' },
  { item: 'seven of clubs', inStock: true, quantity: 3, price: '35 cents' },
];

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
    { step: 'says', clip: 'three-cards' },
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
      text: 'Of the {{second.item}} there are {{second.quantity}} left, at {{second.price}} each. Which others do you need?',
    },
    { step: 'listens', transcript: 'Eight of spades, four of clubs, seven of hearts.' },
    { step: 'speaks', text: 'I have noted all three. Thank you for calling, {{name}}. Goodbye.' },
    { step: 'ends-call' },
  ],
};

/** What `--once` holds the call against. */
export interface Expected {
  readonly status: string;
  readonly endReason: string;
  /** How often the caller cuts in. */
  readonly interruptions: number;
  /** What each tool call returns, in order. */
  readonly toolResults: readonly unknown[];
  /** What the agent says, in order, with the results of the tools filled in. */
  readonly agentTexts: readonly string[];
}

function expectedOf(): Expected {
  const values = new Map<string, unknown>(Object.entries(VARIABLES));
  const toolResults: unknown[] = [];
  const agentTexts = [fill(AGENT.firstMessage, values)];
  for (const step of AGENT.steps) {
    if (step.step === 'speaks') agentTexts.push(fill(step.text, values));
    if (step.step !== 'calls-tool') continue;
    const found = STOCK.find(({ item }) => item === step.parameters['item']);
    toolResults.push(found);
    if (step.save !== undefined) values.set(step.save, found);
  }
  return { status: 'completed', endReason: 'agent-ended', interruptions: 1, toolResults, agentTexts };
}

export const EXPECTED: Expected = expectedOf();
