package dev.tokenstore.operator.cleanup;

/// What became of the deletion of one token.
sealed interface DeletionOutcome {
    record Deleted() implements DeletionOutcome {}

    /// Someone wrote to it since the decision, so it survives and is looked at again.
    record Changed() implements DeletionOutcome {}

    /// Someone else deleted it.
    record Gone() implements DeletionOutcome {}

    /// The store no longer asks for it, so it survives.
    record CalledOff() implements DeletionOutcome {}

    record Forbidden() implements DeletionOutcome {}

    /// Retrying may help.
    record Failed(int code) implements DeletionOutcome {}
}
