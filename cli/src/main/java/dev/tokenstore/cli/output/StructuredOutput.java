package dev.tokenstore.cli.output;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;

/// JSON or YAML for programs, printed as it is produced.
public final class StructuredOutput implements AutoCloseable {
    private static final YAMLFactory YAML_WITHOUT_MARKER = YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .build();

    private final JsonGenerator generator;
    private final OutputFormat format;
    private final PrintWriter out;

    /// A part of the output.
    @FunctionalInterface
    public interface Part {
        void writeTo(JsonGenerator generator) throws IOException;
    }

    public StructuredOutput(OutputFormat format, PrintWriter out) {
        this.format = format;
        this.out = out;
        try {
            var mapper = format == OutputFormat.YAML ? new ObjectMapper(YAML_WITHOUT_MARKER) : new JsonMapper();
            generator = mapper.writerWithDefaultPrettyPrinter().createGenerator(out);
            generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Prints one document.
    ///
    /// @param value a map, or an iterator of maps: it becomes an array, each element of which is printed before the
    /// next one is asked for
    public static void print(OutputFormat format, PrintWriter out, Object value) {
        try (var output = new StructuredOutput(format, out)) {
            output.write(generator -> generator.writePOJO(value));
        }
    }

    public void write(Part part) {
        try {
            part.writeTo(generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        write(JsonGenerator::close);
        if (format == OutputFormat.JSON) {
            out.println(); // YAML ends its last line itself
        }
    }
}
