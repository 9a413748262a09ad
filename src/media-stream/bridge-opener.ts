/**
 * Puts a line that has come through to its agent: builds the session, opens the agent beside the line's start, and writes down
 * what the session tells. Everything here runs once per call, not per frame.
 */
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { BridgeLimits } from '../core/bridge/bridge-parts.js';
import { BridgeSession } from '../core/bridge/bridge-session.js';
import { AgentProvider, type AgentLeg } from '../core/bridge/legs.js';
import type { MediaTap } from '../core/bridge/media-tap.js';
import type { Call, EndReason } from '../core/call/call.js';
import { Clock, type Cancel } from '../core/clock.js';
import type { TextSocket } from '../sockets/text-socket.js';
import { CallSide } from './call-side.js';
import { FactWriter } from './fact-writer.js';
import { LiveSessions } from './live-sessions.js';
import type { Admitted } from './stream-door.js';
import { TwilioStreamLeg } from './twilio-stream.leg.js';

const START_TIMEOUT_MS = 10_000;
const AGENT_READY_TIMEOUT_MS = 12_000;
/** Twilio streams silence too; gaps of some seconds were seen on mobile networks. */
const LINE_SILENCE_MS = 30_000;
/** Hanging up by REST makes Twilio close the stream; where that does not come, we close it. */
const CLOSE_ANYWAY_MS = 3000;
/** Closing the stream makes Twilio ask `/twiml/next`, which has words for the caller. */
const HAS_LAST_WORDS: ReadonlySet<EndReason> = new Set(['agent-failed', 'stream-failed']);

@Injectable()
export class BridgeOpener {
  private readonly limits: BridgeLimits;

  constructor(
    private readonly environment: Environment,
    private readonly agents: AgentProvider,
    private readonly sides: CallSide,
    private readonly facts: FactWriter,
    private readonly live: LiveSessions,
    private readonly clock: Clock,
  ) {
    this.limits = {
      startTimeoutMs: START_TIMEOUT_MS,
      agentReadyTimeoutMs: AGENT_READY_TIMEOUT_MS,
      agentQueueTimeoutMs: environment.AGENT_QUEUE_TIMEOUT_SECONDS * 1000,
      lineSilenceMs: LINE_SILENCE_MS,
    };
  }

  /** Must not throw and must not wait: the first frames come in the next tick. */
  open(socket: TextSocket, admitted: Admitted, tap?: MediaTap): void {
    const { call } = admitted;
    let cancelClose: Cancel | undefined;
    const carrier: TwilioStreamLeg = new TwilioStreamLeg({
      socket,
      accountSid: this.environment.TWILIO_ACCOUNT_SID,
      carrierCallSid: call.twilioCallSid,
      events: () => session,
      odd: (kind) => this.live.countOddity(kind),
      closed: () => cancelClose?.(),
    });
    const session: BridgeSession = new BridgeSession({
      clock: this.clock,
      carrier,
      limits: this.limits,
      tap,
      recovery: {
        attempts: this.environment.AGENT_RECONNECTS,
        fallbackAgentId: this.environment.FALLBACK_AGENT_ID,
      },
      hasBridgingSound: this.environment.BRIDGING_SOUND,
      openAgent: (agentId) => this.openAnew(call, agentId, session),
      ...this.sides.partsOf(admitted),
      tell: (fact) => {
        const written = this.facts.write(admitted, fact);
        if (fact.type !== 'ended') return;
        this.live.remove(call.id);
        if (fact.lineUp && !HAS_LAST_WORDS.has(fact.reason)) {
          cancelClose = this.clock.after(CLOSE_ANYWAY_MS, () => carrier.close());
        } else {
          // The reason must be on record before Twilio asks what becomes of the line.
          void written.finally(() => carrier.close());
        }
      },
    });
    this.live.add(call.id, session);
    session.attachAgent(this.agents.open(call.id, call.agentId, session));
  }

  /** With a signed URL of its own: that of the conversation before may be used up, and another agent needs another. */
  private openAnew({ id, agentId }: Call, other: string | undefined, session: BridgeSession): AgentLeg {
    this.agents.forget(id);
    return this.agents.open(id, other ?? agentId, session);
  }
}
