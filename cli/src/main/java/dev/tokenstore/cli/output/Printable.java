package dev.tokenstore.cli.output;

/// Makes text from a store harmless for a terminal and for a line of a table.
public final class Printable {
    private Printable() {}

    /// Escapes characters that move the cursor, change colours or end the line.
    public static String of(String text) {
        var printable = new StringBuilder();
        text.codePoints().forEach(character -> {
            if (isHarmless(character)) {
                printable.appendCodePoint(character);
            } else {
                printable.append("\\u{").append(Integer.toHexString(character)).append('}');
            }
        });
        return printable.toString();
    }

    private static boolean isHarmless(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
