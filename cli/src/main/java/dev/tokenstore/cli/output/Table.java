package dev.tokenstore.cli.output;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// A table that is printed in blocks, so that its length costs no memory; a column keeps the width of its widest
/// cell so far. Not thread-safe.
public final class Table implements AutoCloseable {
    private static final int BLOCK = 500;
    private static final int GAP = 3;

    private final PrintWriter out;
    private final int[] widths;
    private final List<List<String>> block = new ArrayList<>();

    public Table(PrintWriter out, String... headings) {
        this.out = out;
        this.widths = new int[headings.length];
        block.add(List.of(headings));
    }

    public void row(String... cells) {
        block.add(List.of(cells));
        if (block.size() >= BLOCK) {
            print();
        }
    }

    private void print() {
        for (var row : block) {
            for (int column = 0; column < row.size(); column++) {
                var cell = row.get(column);
                widths[column] = Math.max(widths[column], cell.codePointCount(0, cell.length()));
            }
        }
        block.forEach(row -> out.println(line(row)));
        block.clear();
    }

    private String line(List<String> row) {
        var line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            var cell = row.get(column);
            line.append(cell);
            if (column < row.size() - 1) {
                line.append(" ".repeat(widths[column] + GAP - cell.codePointCount(0, cell.length())));
            }
        }
        return line.toString();
    }

    /// Prints what is left. A table without rows prints nothing.
    @Override
    public void close() {
        if (widths.length > 0 && (widths[0] > 0 || block.size() > 1)) {
            print();
        }
    }
}
