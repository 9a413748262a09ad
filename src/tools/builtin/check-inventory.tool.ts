/**
 * Asks a stock service over HTTP: the example of a tool that does real work. One pool of connections for all calls, another
 * try where the service stumbles, and no waiting beyond the tool's time.
 */
import type { OnApplicationShutdown } from '@nestjs/common';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Agent, interceptors, request, type Dispatcher } from 'undici';
import { Environment } from '../../config/environment.js';
import type { ToolContext } from '../../core/tool/tool.js';
import { CallTool, Tool, ToolFailure } from '../tool.decorator.js';

export class CheckInventoryInput {
  @JSONSchema({ description: 'The item that the caller asks for, in the words of the caller.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  item!: string;
}

const MAX_ANSWER_BYTES = 64 * 1024;
const RETRY = { maxRetries: 2, minTimeout: 150, maxTimeout: 1000, statusCodes: [429, 500, 502, 503, 504] };

@Tool({
  name: 'check_inventory',
  description: 'Tells whether an item is in stock, how many there are, and what it costs.',
  input: CheckInventoryInput,
  timeoutMs: 6000,
})
export class CheckInventoryTool extends CallTool<CheckInventoryInput> implements OnApplicationShutdown {
  private readonly pool = new Agent({
    connections: 32,
    keepAliveTimeout: 30_000,
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  private readonly dispatcher: Dispatcher = this.pool.compose(interceptors.retry(RETRY));

  constructor(private readonly environment: Environment) {
    super();
  }

  async run({ item }: CheckInventoryInput, { signal }: ToolContext): Promise<string> {
    const { INVENTORY_API_URL } = this.environment;
    if (INVENTORY_API_URL === undefined)
      throw new ToolFailure('The stock cannot be checked: no stock service is configured.');
    const address = new URL(INVENTORY_API_URL);
    address.searchParams.set('item', item);
    const { statusCode, body } = await request(address, {
      dispatcher: this.dispatcher,
      signal,
      headers: { accept: 'application/json' },
    });
    const text = await body.text();
    if (statusCode === 404) throw new ToolFailure(`The stock service does not know "${item}".`);
    if (statusCode !== 200)
      throw new ToolFailure('The stock service did not answer properly. Offer to call back.');
    return text;
  }

  /** Not earlier: calls that are drained still ask. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.close();
  }
}
