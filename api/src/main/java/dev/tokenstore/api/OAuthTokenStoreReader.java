package dev.tokenstore.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.ObjectCodec;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.io.IOException;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/// Reads stores as they are stored, also those that an earlier definition allowed: a list or a watch must not fail for
/// one of its objects.
///
/// A number beyond the range of its field is read as the end of that range. A spec that cannot be read all the same is
/// the store's [OAuthTokenStore#problem()]; a status that cannot be read counts as none, since the operator writes it.
final class OAuthTokenStoreReader extends JsonDeserializer<OAuthTokenStore> {
    /// The fields of type `long`.
    private static final String GENERATION = "observedGeneration";

    @Override
    public OAuthTokenStore deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        var codec = parser.getCodec();
        JsonNode stored = codec.readTree(parser);
        var store = new OAuthTokenStore();
        store.setMetadata(codec.treeToValue(stored.path("metadata"), ObjectMeta.class));
        try {
            store.setSpec(part(codec, stored.get("spec"), OAuthTokenStoreSpec.class));
        } catch (JsonProcessingException e) {
            store.setProblem("the spec cannot be read: " + e.getOriginalMessage());
        }
        try {
            store.setStatus(part(codec, stored.get("status"), OAuthTokenStoreStatus.class));
        } catch (JsonProcessingException e) {
            store.setStatus(null);
        }
        return store;
    }

    private static <T> @Nullable T part(ObjectCodec codec, @Nullable JsonNode node, Class<T> type)
            throws JsonProcessingException {
        if (node == null || node.isNull()) {
            return null;
        }
        clamp(node);
        return codec.treeToValue(node, type);
    }

    private static void clamp(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> {
                var value = field.getValue();
                if (value instanceof NumericNode number) {
                    field.setValue(
                            field.getKey().equals(GENERATION)
                                    ? object.numberNode(clamped(number, Long.MIN_VALUE, Long.MAX_VALUE))
                                    : object.numberNode((int) clamped(number, Integer.MIN_VALUE, Integer.MAX_VALUE)));
                } else {
                    clamp(value);
                }
            });
        } else if (node instanceof ArrayNode array) {
            array.forEach(OAuthTokenStoreReader::clamp);
        }
    }

    private static long clamped(NumericNode number, long least, long most) {
        // a double first: an integer with a large exponent would have as many digits
        if (number.doubleValue() >= most) {
            return most;
        }
        if (number.doubleValue() <= least) {
            return least;
        }
        BigInteger whole = number.decimalValue().toBigInteger();
        return whole.longValue();
    }
}
