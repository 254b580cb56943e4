package dev.tokenstore.testing.product;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A page of metrics in the text format of Prometheus.
public record ScrapedMetrics(List<Series> series, Map<String, String> help) {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

    public record Series(String name, Map<String, String> labels, double value) {}

    public static ScrapedMetrics parse(String text) {
        var series = new ArrayList<Series>();
        var help = new LinkedHashMap<String, String>();
        for (var line : text.lines().toList()) {
            if (line.startsWith("# HELP ")) {
                var words = line.split(" ", 4);
                help.put(words[2], words.length > 3 ? words[3].strip() : "");
            } else if (!line.startsWith("#") && !line.isBlank()) {
                series.add(sample(line));
            }
        }
        return new ScrapedMetrics(series, help);
    }

    private static Series sample(String line) {
        var sample = SAMPLE.matcher(line);
        if (!sample.matches()) {
            throw new IllegalArgumentException("not a sample: " + line);
        }
        var labels = new LinkedHashMap<String, String>();
        if (sample.group(2) != null) {
            var label = LABEL.matcher(sample.group(2));
            int end = 0;
            while (label.find() && label.start() == end) {
                labels.put(label.group(1), label.group(2));
                end = label.end();
            }
            if (end != sample.group(2).length()) {
                throw new IllegalArgumentException("not labels: " + line);
            }
        }
        return new Series(
                sample.group(1), labels, Double.parseDouble(sample.group(3).replace("Inf", "Infinity")));
    }

    public List<Series> of(String name) {
        return series.stream().filter(one -> one.name().equals(name)).toList();
    }

    /// The sum of a metric over all series with these labels, given as name, value, name...; 0 if there is none.
    public double value(String name, String... labels) {
        return series.stream()
                .filter(one -> one.name().equals(name))
                .filter(one -> {
                    for (int i = 0; i < labels.length; i += 2) {
                        if (!labels[i + 1].equals(one.labels().get(labels[i]))) {
                            return false;
                        }
                    }
                    return true;
                })
                .mapToDouble(Series::value)
                .sum();
    }
}
