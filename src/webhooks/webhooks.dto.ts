/**
 * What clients send and get about webhooks. The doc comments become the OpenAPI document.
 */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { TIMELINE_TYPES, type TimelineType } from '../core/call/timeline.js';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../core/webhook/delivery.store.js';

export class DeliveryQueryDto {
  /** Deliveries on a page. */
  @ApiPropertyOptional({ minimum: 1, maximum: 1000, default: 100 })
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value))
  @IsInt()
  @Min(1)
  @Max(1000)
  limit: number = 100;

  /** Where to go on: `nextCursor` of the page before. */
  @IsOptional()
  @Matches(/^\d{1,9}$/, { message: 'is not a cursor of this list; take nextCursor of an earlier answer' })
  cursor?: string;
}

export class DeliveryDto {
  /** Id of the event, and `webhook-id` of every request with it. */
  @ApiProperty({ example: 'evt_0c3b7e3f9d6a4f0e8b1d2c3a4f5e6d7c_12' })
  eventId!: string;
  @ApiProperty({ enum: TIMELINE_TYPES, example: 'call.ended' })
  type!: TimelineType;
  /** Where it goes. */
  @ApiProperty({ example: 'https://app.example.com/hooks/calls' })
  url!: string;
  /** `pending`: not posted yet, or to be tried again. `failed`: given up after a day, or the receiver answered 410. */
  @ApiProperty({ enum: DELIVERY_STATUSES })
  status!: DeliveryStatus;
  /** Requests so far, since it was last asked for. */
  @ApiProperty({ example: 1 })
  attempts!: number;
  @ApiProperty({ example: '2026-11-23T09:30:00.123Z' })
  createdAt!: string;
  /** Null unless it is pending; it may also wait for an earlier event of its call. */
  @ApiProperty({ type: String, nullable: true })
  nextAttemptAt!: string | null;
  @ApiProperty({ type: String, nullable: true })
  deliveredAt!: string | null;
  /** HTTP status of the last answer. */
  @ApiProperty({ type: Number, nullable: true, example: 204 })
  lastStatus!: number | null;
  /** Why the last request got no answer, such as ECONNREFUSED, ETIMEDOUT, or EPRIVATE for an address that is not public. */
  @ApiProperty({ type: String, nullable: true, example: null })
  lastError!: string | null;
}

export class DeliveryListDto {
  @ApiProperty({ type: [DeliveryDto] })
  data!: DeliveryDto[];
  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}
