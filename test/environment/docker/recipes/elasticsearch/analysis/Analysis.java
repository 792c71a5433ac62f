import java.util.Map;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * What security's own index asks of the module analysis-common, which this distribution lacks: filters and a tokenizer
 * that Lucene has. Without them there could be no users.
 */
public class Analysis extends Plugin implements AnalysisPlugin {
  interface Filter {
    TokenStream over(TokenStream tokens);
  }

  static TokenFilterFactory filter(String name, Filter filter) {
    return new TokenFilterFactory() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public TokenStream create(TokenStream tokens) {
        return filter.over(tokens);
      }
    };
  }

  @Override
  public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
    return Map.of(
        "pattern_capture",
        AnalysisPlugin.requiresAnalysisSettings(
            (index, environment, name, settings) -> {
              Pattern[] patterns =
                  settings.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
              boolean original = settings.getAsBoolean("preserve_original", true);
              return filter(
                  name, tokens -> new PatternCaptureGroupTokenFilter(tokens, original, patterns));
            }),
        "unique",
        (index, environment, name, settings) -> filter(name, RemoveDuplicatesTokenFilter::new));
  }

  @Override
  public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
    return Map.of(
        "uax_url_email",
        (index, environment, name, settings) ->
            new TokenizerFactory() {
              @Override
              public String name() {
                return name;
              }

              @Override
              public Tokenizer create() {
                return new UAX29URLEmailTokenizer();
              }
            });
  }
}
