// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

/** The eight hooks of an agent's life at which the standard wants a token (C7.1). */
public enum InterceptionPoint {
  TASK_INITIALIZATION,
  CONTEXT_ASSEMBLY,
  PLAN_GENERATION,
  PRE_CALL_TOOL_INVOCATION,
  POST_CALL_TOOL_RESULT,
  MEMORY_WRITE,
  SUBAGENT_DELEGATION,
  TASK_COMPLETION
}
