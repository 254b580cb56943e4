package dev.tokenstore.benchmarks;

/// What a program shows to Prometheus, in its text format.
record MetricsPage(String text) {
    /// The sum of a metric over all its labels; 0 if there is none.
    double sum(String name) {
        return sum(name, "");
    }

    /// @param label that counts, as `name="value"`
    double sum(String name, String label) {
        return text.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> line.contains(label))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
