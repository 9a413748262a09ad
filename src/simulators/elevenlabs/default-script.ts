/**
 * The agent that answers when nobody wrote a script: greets, listens, tells what it truly heard, and hangs up after three
 * turns. Needs no variables.
 */
import type { AgentScript } from './agent-script.js';

export const DEFAULT_AGENT_SCRIPT: AgentScript = {
  firstMessage: 'Hello, this is a simulated agent. Say something, or press a key.',
  steps: [
    { step: 'listens' },
    { step: 'speaks', text: 'I heard {{caller.said}}. Please go on.' },
    { step: 'listens' },
    {
      step: 'speaks',
      text: 'I heard {{caller.said}}. You may interrupt me while I go on talking for a while about nothing at all.',
    },
    { step: 'listens' },
    { step: 'speaks', text: 'Thank you, and goodbye.' },
    { step: 'ends-call' },
  ],
};
