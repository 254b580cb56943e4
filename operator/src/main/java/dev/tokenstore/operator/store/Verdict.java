package dev.tokenstore.operator.store;

/// The verdict about one aspect of a resource, before it becomes a condition.
sealed interface Verdict {
    /// A fixed word in UpperCamel case, part of the interface: see docs/operator.md.
    String reason();

    /// A sentence for people; when something is wrong it says what to do.
    String message();

    record True(String reason, String message) implements Verdict {}

    record False(String reason, String message) implements Verdict {}

    record Unknown(String reason, String message) implements Verdict {}
}
