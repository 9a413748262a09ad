/**
 * Lets an agent hand the call to a person of TRANSFER_TARGETS. What it said so far is heard first; then the line leaves the agent.
 */
import { IsIn, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Environment } from '../../config/environment.js';
import { TRANSFER_MODES, type TransferMode } from '../../core/call/transfer.js';
import { CordboardError } from '../../core/errors.js';
import type { HandOver, ToolContext } from '../../core/tool/tool.js';
import { CallTool, Tool, ToolFailure } from '../tool.decorator.js';

/** An announcement of the agent is heard out, but a caller who wants a person does not wait for a speech. */
const MOST_ANNOUNCED_MS = 10_000;
const E164 = /^\+[1-9]\d{6,14}$/;

export class TransferCallInput {
  @JSONSchema({
    description: 'Name of the person or department to hand the call to, as your instructions name it.',
  })
  @IsString()
  @IsNotEmpty()
  @MaxLength(60)
  destination!: string;

  @JSONSchema({
    description:
      'One or two sentences for that person: who calls, what it is about, what was said. The caller does not hear it.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  summary?: string;

  @JSONSchema({
    description:
      'cold joins both as soon as the person picks up; warm lets the person hear the summary first and decide. Default: warm.',
  })
  @IsOptional()
  @IsString()
  @IsIn(TRANSFER_MODES)
  mode?: TransferMode;
}

@Tool({
  name: 'transfer_call',
  description:
    'Hands the phone call to a person. Tell the caller first that you are putting them through. If nobody takes the call, you get the caller back.',
  input: TransferCallInput,
  timeoutMs: 20_000,
})
export class TransferCallTool extends CallTool<TransferCallInput> {
  constructor(private readonly environment: Environment) {
    super();
  }

  async run(
    { destination, summary, mode = 'warm' }: TransferCallInput,
    context: ToolContext,
  ): Promise<string> {
    const person = this.find(destination.trim());
    await context.untilHeard(MOST_ANNOUNCED_MS);
    context.signal.throwIfAborted();
    try {
      await context.transferCall({ ...person, mode, summary });
      return 'The call is being put through. Say nothing more.';
    } catch (error) {
      // The words of the catalogue hold no number; which rule it was is for the operator, not for the caller.
      if (error instanceof CordboardError)
        throw new ToolFailure(`The call cannot be put through (${error.code}). Offer something else.`);
      throw error;
    }
  }

  private find(destination: string): Pick<HandOver, 'to' | 'target'> {
    const { TRANSFER_TARGETS: targets = [], TRANSFER_ANY_NUMBER } = this.environment;
    const target = targets.find(({ name }) => name === destination.toLowerCase());
    if (target) return { to: target.number, target: target.name };
    if (TRANSFER_ANY_NUMBER && E164.test(destination)) return { to: destination };
    const names = targets.map(({ name }) => name).join(', ');
    throw new ToolFailure(
      names === ''
        ? 'Calls cannot be put through to anybody here. Offer something else.'
        : `There is nobody named so. You can put calls through to: ${names}.`,
    );
  }
}
