package dev.tokenstore.cli.check;

import dev.tokenstore.cli.output.ExitCode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// The result of one check.
///
/// @param check its stable name
/// @param detail one sentence: what was found, and where something is wrong what to do
/// @param exitCode of the command if this is the first check that failed
record Finding(String check, Result result, String detail, ExitCode exitCode) {
    enum Result {
        OK,
        /// Something to look at that makes no app fail.
        WARNING,
        FAILED
    }

    static Finding ok(String check, String detail) {
        return new Finding(check, Result.OK, detail, ExitCode.OK);
    }

    static Finding warning(String check, String detail) {
        return new Finding(check, Result.WARNING, detail, ExitCode.OK);
    }

    static Finding failed(String check, String detail, ExitCode exitCode) {
        return new Finding(check, Result.FAILED, detail, exitCode);
    }

    /// The result as it is printed.
    String resultText() {
        return result.name().toLowerCase(Locale.ROOT);
    }

    /// The properties of JSON and YAML.
    Map<String, String> properties() {
        var properties = new LinkedHashMap<String, String>();
        properties.put("check", check);
        properties.put("result", resultText());
        properties.put("detail", detail);
        return properties;
    }
}
