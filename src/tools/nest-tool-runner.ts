/**
 * Runs a tool for an agent or a program: checks the arguments, limits the time and how many run at once, and turns every failure into
 * words, because a conversation goes on whatever a tool does.
 */
import { Inject, Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import { Clock } from '../core/clock.js';
import {
  ToolRunner,
  type ToolCall,
  type ToolContext,
  type ToolOutcome,
  type ToolResult,
  type ToolScope,
} from '../core/tool/tool.js';
import { isTooDeep } from '../core/json-depth.js';
import { faultsOf } from '../ops/input.pipe.js';
import type { AppLogger } from '../ops/logger.js';
import { Metrics } from '../ops/metrics.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { misshapen } from './input-shape.js';
import { progressReport } from './progress-report.js';
import { resultText } from './result-text.js';
import { withSupplied } from './supplied-values.js';
import { ToolBreaker, type Admission, type RunVerdict } from './tool-breaker.js';
import { IndependentTool, ToolFailure } from './tool.decorator.js';
import { ToolRegistry, type RegisteredTool } from './tool-registry.js';
import { ToolTurns } from './tool-turns.js';

interface Answer {
  readonly text: string;
  readonly outcome: ToolOutcome;
  readonly verdict?: RunVerdict;
}

interface Gate {
  readonly turns: ToolTurns;
  readonly breaker: ToolBreaker;
}

/** One request to run a tool, with its time. */
interface Run {
  readonly registered: RegisteredTool;
  readonly scope: ToolScope;
  /** Of the tool's own time. */
  readonly time: AbortSignal;
  /** Of the time, or of whoever asked. */
  readonly signal: AbortSignal;
}

const OPENNESS = { closed: 0, 'half-open': 0.5, open: 1 } as const;

@Injectable()
export class NestToolRunner extends ToolRunner {
  private readonly gates = new Map<string, Gate>();

  constructor(
    private readonly registry: ToolRegistry,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    super();
    metrics.gaugeByTool('tools_running', 'Runs of tools that have not ended.', 'sum', () =>
      [...this.gates].map(([tool, { turns }]) => [tool, turns.running]),
    );
    metrics.gaugeByTool('tool_breaker', 'Tools at rest after failures: 1, being tried: 0.5.', 'max', () =>
      [...this.gates].map(([tool, { breaker }]) => [tool, OPENNESS[breaker.state]]),
    );
  }

  async run(call: ToolCall, scope: ToolScope): Promise<ToolResult> {
    const startedAt = this.clock.now();
    const registered = this.offered(call.name, scope);
    const { text, outcome } = registered
      ? await this.answer(registered, call, scope)
      : unknownTool(call.name);
    const durationMs = this.clock.now() - startedAt;
    // A name that the agent made up must not become a label.
    const tool = registered?.name ?? 'unknown';
    this.metrics.toolRuns.inc({ tool, outcome });
    this.metrics.toolSeconds.observe({ tool }, durationMs / 1000);
    return { text, outcome, durationMs };
  }

  private offered(name: string, scope: ToolScope): RegisteredTool | undefined {
    const registered = this.registry.find(name);
    return registered?.needsCall === true && !isCall(scope) ? undefined : registered;
  }

  private async answer(registered: RegisteredTool, call: ToolCall, scope: ToolScope): Promise<Answer> {
    let input: object;
    let errors: ValidationError[];
    let given: unknown;
    try {
      if (isTooDeep(call.input)) throw new RangeError('nested too deep');
      given = withSupplied(registered.schema, call.input, {
        variables: scope.variables,
        isTheVendors: (name) => this.registry.isTheVendorsVariable(name),
      });
      input = plainToInstance(registered.input, given);
      errors = await validate(input, { whitelist: true, forbidUnknownValues: false });
    } catch (error) {
      // A transform or a rule of the tool's own threw at what the model sent.
      this.warn(registered, scope, error, 'arguments of a tool could not be read');
      return { text: 'The arguments were not right. Correct them and try again.', outcome: 'bad-input' };
    }
    const shape = misshapen(registered.schema, given);
    if (errors.length > 0 || shape !== undefined) {
      const faults =
        errors.length > 0 ? faultsOf(errors).map(({ field, message }) => `${field}: ${message}`) : [shape];
      return {
        text: `The arguments were not right. ${faults.join('; ')}. Correct them and try again.`,
        outcome: 'bad-input',
      };
    }
    return this.runJudged(registered, input, scope);
  }

  private async runJudged(registered: RegisteredTool, input: object, scope: ToolScope): Promise<Answer> {
    const gate = this.gateOf(registered);
    const admission = gate.breaker.admit(this.clock.now());
    if (!admission) {
      return {
        text: `${registered.name} is out of order at the moment. Do not call it again for now.`,
        outcome: 'unavailable',
      };
    }
    const time = new AbortController();
    const signal = AbortSignal.any([time.signal, scope.signal]);
    const cancel = this.clock.after(registered.options.timeoutMs, () => time.abort());
    try {
      const answer = await this.runInTurn(gate, input, { registered, scope, time: time.signal, signal });
      this.judge(gate, admission, registered, answer.verdict ?? 'unknown');
      return answer;
    } finally {
      cancel();
    }
  }

  private async runInTurn({ turns }: Gate, input: object, run: Run): Promise<Answer> {
    const { registered, scope, signal } = run;
    const turn = await turns.take(signal);
    if (scope.signal.aborted) {
      turn?.release();
      return CALL_ENDED;
    }
    if (!turn) {
      const text = `${registered.name} has too much to do at the moment. Try again in a little while.`;
      return { text, outcome: 'busy' };
    }
    const report = progressReport(scope, this.clock);
    // A tool that throws before its first wait must not throw past its turn.
    const limits = { signal, progress: report.tell };
    const work = Promise.resolve().then(() => start(registered, input, { ...scope, ...limits }));
    const release = (): void => turn.release();
    work.then(release, release);
    try {
      const value = await Promise.race([work, rejectOn(signal)]);
      return { text: resultText(value), outcome: 'ok', verdict: 'worked' };
    } catch (error) {
      if (signal.aborted) turn.giveUp();
      return this.failure(error, run);
    } finally {
      report.end();
    }
  }

  private failure(error: unknown, { registered, scope, time }: Run): Answer {
    const { name } = registered;
    if (scope.signal.aborted) return CALL_ENDED;
    if (time.aborted)
      return { text: `${name} took too long and was given up.`, outcome: 'timed-out', verdict: 'broke' };
    if (error instanceof ToolFailure) {
      const verdict = error.isOutage ? 'broke' : 'worked';
      return { text: resultText(error.message), outcome: 'failed', verdict };
    }
    this.warn(registered, scope, error, 'a tool failed');
    return { text: `${name} did not work this time.`, outcome: 'failed', verdict: 'broke' };
  }

  private judge(gate: Gate, admission: Admission, { name }: RegisteredTool, verdict: RunVerdict): void {
    const before = gate.breaker.state;
    gate.breaker.record(admission, verdict, this.clock.now());
    const after = gate.breaker.state;
    if (after === 'open' && before === 'closed')
      this.logger.warn({ tool: name }, 'a tool failed several times in a row and is given a rest');
    if (after === 'closed' && before !== 'closed') this.logger.info({ tool: name }, 'a tool works again');
  }

  private gateOf({ name, options }: RegisteredTool): Gate {
    const known = this.gates.get(name);
    if (known) return known;
    const gate = { turns: new ToolTurns(options.maxConcurrent, this.clock), breaker: new ToolBreaker() };
    this.gates.set(name, gate);
    return gate;
  }

  private warn({ name }: RegisteredTool, scope: ToolScope, err: unknown, message: string): void {
    this.logger.warn({ callId: isCall(scope) ? scope.callId : undefined, tool: name, err }, message);
  }
}

const CALL_ENDED: Answer = { text: 'The call ended.', outcome: 'aborted' };

function isCall(scope: ToolScope): scope is ToolContext {
  return 'callId' in scope;
}

function start({ tool }: RegisteredTool, input: object, scope: ToolScope): unknown {
  if (isCall(scope)) return tool.run(input, scope);
  if (tool instanceof IndependentTool) return tool.run(input, scope);
  throw new Error('a tool that needs a call was let through without one');
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const give = (): void => reject(new Error('aborted'));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}

function unknownTool(name: string): Answer {
  return { text: `There is no tool named ${name.slice(0, 64)}.`, outcome: 'unknown-tool' };
}
