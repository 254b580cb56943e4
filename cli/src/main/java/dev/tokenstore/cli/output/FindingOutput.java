package dev.tokenstore.cli.output;

import dev.tokenstore.cli.check.Finding;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Prints what was checked.
public final class FindingOutput {
    private final Format format;
    private final PrintWriter out;

    public FindingOutput(Format format, PrintWriter out) {
        this.format = format;
        this.out = out;
    }

    public void print(List<Finding> findings) {
        if (format != Format.TABLE) {
            StructuredOutput.of(format, out).list(findings.stream().map(FindingOutput::fields));
            return;
        }
        try (var table = new Table(out, "RESULT", "CHECK", "DETAIL")) {
            findings.forEach(finding -> table.row(resultOf(finding), finding.check(), Printable.of(finding.detail())));
        }
    }

    private static Map<String, String> fields(Finding finding) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("check", finding.check());
        fields.put("result", resultOf(finding));
        fields.put("detail", finding.detail());
        return fields;
    }

    private static String resultOf(Finding finding) {
        return finding.result().name().toLowerCase(Locale.ROOT);
    }
}
