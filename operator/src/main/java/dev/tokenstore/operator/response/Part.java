package dev.tokenstore.operator.response;

import java.util.Map;

/// What is kept of a JSON value. An array passes its part on to its elements.
sealed interface Part {
    Part WHOLE = new Whole();
    Part NOTHING = new Nothing();

    /// An object without its members.
    Part EMPTY = new Members(Map.of(), NOTHING);

    /// The value as it is, within the limits of [JsonTrimmer].
    record Whole() implements Part {}

    /// The value is left out, with its name.
    record Nothing() implements Part {}

    /// Of an object some members; a value that is no object is left out.
    ///
    /// @param others of the members that `named` lacks
    record Members(Map<String, Part> named, Part others) implements Part {}

    /// The part of a member.
    default Part member(String name) {
        return switch (this) {
            case Whole whole -> WHOLE;
            case Nothing nothing -> NOTHING;
            case Members members -> members.named().getOrDefault(name, members.others());
        };
    }
}
