package dev.tokenstore.cli.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.stream.Stream;

/// JSON and YAML, written as it comes. Values are text, numbers and booleans, or maps of them.
final class StructuredOutput {
    private final JsonGenerator generator;
    private final Format format;
    private final PrintWriter out;

    private StructuredOutput(JsonGenerator generator, Format format, PrintWriter out) {
        this.generator = generator;
        this.format = format;
        this.out = out;
    }

    static StructuredOutput of(Format format, PrintWriter out) {
        try {
            var factory = format == Format.YAML
                    ? YAMLFactory.builder()
                            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                            .build()
                    : new JsonFactory();
            var generator = factory.createGenerator(out);
            generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            if (format == Format.JSON) {
                generator.setPrettyPrinter(new DefaultPrettyPrinter());
            }
            return new StructuredOutput(generator, format, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One object.
    void object(Map<String, ?> object) {
        writing(() -> write(object));
    }

    /// A list of objects, each written when it comes.
    void list(Stream<? extends Map<String, ?>> objects) {
        writing(() -> {
            generator.writeStartArray();
            for (var each = objects.iterator(); each.hasNext(); ) {
                write(each.next());
            }
            generator.writeEndArray();
        });
    }

    private void write(Map<?, ?> object) throws IOException {
        generator.writeStartObject();
        for (var entry : object.entrySet()) {
            generator.writeFieldName((String) entry.getKey());
            if (entry.getValue() instanceof Map<?, ?> map) {
                write(map);
            } else {
                writeScalar(entry.getValue());
            }
        }
        generator.writeEndObject();
    }

    private void writeScalar(Object value) throws IOException {
        switch (value) {
            case Boolean flag -> generator.writeBoolean(flag);
            case Number number -> generator.writeNumber(number.longValue());
            default -> generator.writeString(value.toString());
        }
    }

    private void writing(Writing writing) {
        try (generator) {
            writing.write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (format == Format.JSON) {
            out.println(); // YAML ends its last line itself
        }
    }

    /// A part of the output.
    @FunctionalInterface
    private interface Writing {
        void write() throws IOException;
    }
}
