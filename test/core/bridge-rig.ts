/** A bridge session between fakes, and what it told. */
import type { RecoveryOptions } from '../../src/core/bridge/agent-recovery.js';
import type { BeforeNow } from '../../src/core/bridge/bridge-parts.js';
import type { BridgeFact } from '../../src/core/bridge/bridge-facts.js';
import { BridgeSession } from '../../src/core/bridge/bridge-session.js';
import type { HandOver } from '../../src/core/tool/tool.js';
import { FakeAgentLeg, FakeCarrierLeg, FakeToolRunner } from '../support/fake-legs.js';
import { audioOf, startOf } from '../support/builders.js';
import { ManualClock } from '../support/manual-clock.js';

export const LIMITS = {
  startTimeoutMs: 10_000,
  agentReadyTimeoutMs: 12_000,
  agentQueueTimeoutMs: 20_000,
  lineSilenceMs: 30_000,
};

export interface RigOptions {
  readonly recovery?: RecoveryOptions;
  readonly hasBridgingSound?: boolean;
  readonly handToPerson?: () => Promise<void>;
  readonly before?: BeforeNow;
}

export class BridgeRig {
  readonly clock = new ManualClock();
  readonly line = new FakeCarrierLeg();
  readonly agent = new FakeAgentLeg();
  readonly tools = new FakeToolRunner();
  /** Those that were opened in place of the first. */
  readonly agents: FakeAgentLeg[] = [];
  readonly facts: BridgeFact[] = [];
  /** Whom they were opened with; undefined: the agent of the call. */
  readonly opened: (string | undefined)[] = [];
  /** To whom tools handed the call. */
  readonly handedOver: HandOver[] = [];
  readonly session: BridgeSession;

  constructor(options: RigOptions = {}) {
    this.session = new BridgeSession({
      clock: this.clock,
      carrier: this.line,
      tools: this.tools,
      limits: LIMITS,
      overrides: { language: 'de' },
      toolContext: {
        callId: 'call_1',
        agentId: 'agent_1',
        direction: 'outbound',
        to: '+14155550123',
        from: '+14155550100',
        transferCall: (request) => Promise.resolve(void this.handedOver.push(request)),
      },
      variablesAt: ({ customParameters }) => ({ name: 'John', ...customParameters }),
      tell: (fact) => void this.facts.push(fact),
      recovery: options.recovery ?? { attempts: 0 },
      hasBridgingSound: options.hasBridgingSound ?? false,
      handToPerson: options.handToPerson,
      before: options.before,
      openAgent: (agentId) => {
        this.opened.push(agentId);
        const agent = new FakeAgentLeg();
        this.agents.push(agent);
        return agent;
      },
    });
  }

  /** Both sides are there and talk. */
  static talking(options: RigOptions = {}): BridgeRig {
    const rig = new BridgeRig(options);
    rig.session.attachAgent(rig.agent);
    rig.session.lineStarted(startOf());
    rig.session.agentReady('conv_1');
    return rig;
  }

  /** The agent speaks for so long. */
  speaks(ms: number, eventId = 1): void {
    this.session.agentAudio(audioOf(ms), eventId);
  }

  /** The line echoes its newest mark. */
  echoLastMark(): void {
    this.session.markPlayed(this.line.marks.at(-1) ?? '');
  }

  get told(): string[] {
    return this.facts.map(({ type }) => type);
  }

  find<Type extends BridgeFact['type']>(type: Type): Extract<BridgeFact, { type: Type }> | undefined {
    return this.facts.find((fact): fact is Extract<BridgeFact, { type: Type }> => fact.type === type);
  }

  get isEnded(): boolean {
    return this.ending !== undefined;
  }

  get ending(): Extract<BridgeFact, { type: 'ended' }> | undefined {
    return this.find('ended');
  }
}
