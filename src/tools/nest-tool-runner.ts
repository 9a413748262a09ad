/**
 * Runs a tool for the agent: checks the arguments, limits the time, and turns every failure into words, because a conversation
 * goes on whatever a tool does.
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
} from '../core/tool/tool.js';
import { isTooDeep } from '../core/json-depth.js';
import { faultsOf } from '../ops/input.pipe.js';
import type { AppLogger } from '../ops/logger.js';
import { Metrics } from '../ops/metrics.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { misshapen } from './input-shape.js';
import { ToolFailure } from './tool.decorator.js';
import { ToolRegistry, type RegisteredTool } from './tool-registry.js';

/** A model reads this; more than that costs time and tokens and says nothing. */
const MAX_RESULT_CHARS = 16_000;

interface Answer {
  readonly text: string;
  readonly outcome: ToolOutcome;
}

@Injectable()
export class NestToolRunner extends ToolRunner {
  constructor(
    private readonly registry: ToolRegistry,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    super();
  }

  async run(call: ToolCall, context: ToolContext): Promise<ToolResult> {
    const startedAt = this.clock.now();
    const registered = this.registry.find(call.name);
    const answer = registered ? await this.answer(registered, call, context) : unknownTool(call.name);
    const durationMs = this.clock.now() - startedAt;
    // A name that the agent made up must not become a label.
    const tool = registered?.name ?? 'unknown';
    this.metrics.toolRuns.inc({ tool, outcome: answer.outcome });
    this.metrics.toolSeconds.observe({ tool }, durationMs / 1000);
    return { ...answer, durationMs };
  }

  private async answer(registered: RegisteredTool, call: ToolCall, context: ToolContext): Promise<Answer> {
    let input: object;
    let errors: ValidationError[];
    try {
      if (isTooDeep(call.input)) throw new RangeError('nested too deep');
      input = plainToInstance(registered.input, call.input);
      errors = await validate(input, { whitelist: true, forbidUnknownValues: false });
    } catch (error) {
      // A transform or a rule of the tool's own threw at what the model sent.
      this.logger.warn(
        { callId: context.callId, tool: registered.name, err: error },
        'arguments of a tool could not be read',
      );
      return { text: 'The arguments were not right. Correct them and try again.', outcome: 'bad-input' };
    }
    const shape = misshapen(registered.schema, call.input);
    if (errors.length > 0 || shape !== undefined) {
      const faults =
        errors.length > 0 ? faultsOf(errors).map(({ field, message }) => `${field}: ${message}`) : [shape];
      return {
        text: `The arguments were not right. ${faults.join('; ')}. Correct them and try again.`,
        outcome: 'bad-input',
      };
    }
    return this.runWithin(registered, input, context);
  }

  private async runWithin(registered: RegisteredTool, input: object, context: ToolContext): Promise<Answer> {
    const time = new AbortController();
    const signal = AbortSignal.any([time.signal, context.signal]);
    const cancel = this.clock.after(registered.timeoutMs, () => time.abort());
    try {
      const value = await Promise.race([
        registered.tool.run(input, { ...context, signal }),
        rejectOn(signal),
      ]);
      return { text: textOf(value), outcome: 'ok' };
    } catch (error) {
      if (context.signal.aborted) return { text: 'The call ended.', outcome: 'aborted' };
      if (time.signal.aborted)
        return { text: `${registered.name} took too long and was given up.`, outcome: 'timed-out' };
      if (error instanceof ToolFailure) return { text: error.message, outcome: 'failed' };
      this.logger.warn({ callId: context.callId, tool: registered.name, err: error }, 'a tool failed');
      return { text: `${registered.name} did not work this time.`, outcome: 'failed' };
    } finally {
      cancel();
    }
  }
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

/** Anything but a string ends the session at ElevenLabs. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return 'Done.';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'Done.');
  return text.length > MAX_RESULT_CHARS ? `${text.slice(0, MAX_RESULT_CHARS)}…` : text;
}
