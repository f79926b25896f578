using System.Globalization;
using System.Text;

namespace BackupCodeBroker.Benchmarks;

/// <summary>What stands in requests and answers of a made log: as Vault shows it, every text an HMAC; numbers in clear in answers and as HMACs in requests.</summary>
internal sealed class AuditLogBodies(AuditLogMarks marks)
{
    private const int Codes = 10;

    /// <summary>A JSON text from a template: <c>~</c> is the next value, and apostrophes stand for quotes.</summary>
    public static string Fill(string template, params ReadOnlySpan<string> values)
    {
        var text = new StringBuilder(template.Length + (values.Length * 80));
        var next = 0;
        foreach (var c in template)
        {
            _ = c == '~' ? text.Append(values[next++]) : text.Append(c == '\'' ? '"' : c);
        }

        return text.ToString();
    }

    public string Credentials() => Fill("{'role_id':'~','secret_id':'~'}", marks.Mark("role"), marks.Mark("secret"));

    public string TokenLookUp() => Fill(
        "{'accessor':'~','creation_time':1793577600,'creation_ttl':28800,'display_name':'~','entity_id':'~','id':'~','num_uses':0,'orphan':true,'path':'~','policies':['~'],'ttl':28000,'type':'~'}",
        marks.Mark("accessor"), marks.Mark("display"), marks.Mark(marks.Uuid("caller")), marks.Mark("caller"), marks.Mark("path"), marks.Mark("bcb-verifier"), marks.Mark("service"));

    public string Paths() => Fill("{'paths':['~','~','~']}", marks.Mark("one"), marks.Mark("two"), marks.Mark("three"));

    public string Capabilities() => Fill("{'capabilities':['~']}", marks.Mark("read"));

    public string AliasLookUp(string name) => Fill("{'alias_mount_accessor':'~','alias_name':'~'}", marks.Mark("mount"), marks.Mark("bcb." + name));

    public string Entity(string who) => Fill(
        "{'aliases':[{'canonical_id':'~','creation_time':'~','id':'~','last_update_time':'~','metadata':null,'mount_accessor':'~','mount_path':'~','mount_type':'~','name':'~'}],"
            + "'creation_time':'~','direct_group_ids':[],'disabled':false,'group_ids':[],'id':'~','name':'~','policies':null}",
        marks.Mark(marks.Uuid(who)), marks.Mark("made" + who), marks.Mark("id" + who), marks.Mark("made" + who), marks.Mark("mount"), marks.Mark("auth/token/"), marks.Mark("token"),
        marks.Mark(who), marks.Mark("made" + who), marks.Mark(marks.Uuid(who)), marks.Mark("name" + who));

    public string Mint(string name) => Fill(
        "{'entity_alias':'~','meta':{'child':'~','replica':'~'},'no_default_policy':true,'policies':['~'],'ttl':'~','type':'~'}",
        marks.Mark("bcb." + name), marks.Mark("child"), marks.Mark("replica"), marks.Mark("bcb-identity"), marks.Mark("60s"), marks.Mark("batch"));

    public string State() => Fill("{'data':{'epoch_floor':1,'heartbeat':{'at':'~','count':0},'lockdowns':[],'schema':1},'metadata':~}", marks.Mark("beat"), Version(1));

    public string Secret(string who) => Fill("{'data':{'password':'~','username':'~'},'metadata':~}", marks.Mark("p" + who), marks.Mark("u" + who), Version(3));

    public string Document(string name, int spent) => Fill("{'data':~,'metadata':~}", Content(name, spent, asked: false), Version(spent + 3));

    public string Write(string name, int spent) => Fill("{'data':~,'options':{'cas':'~'}}", Content(name, spent, asked: true), marks.Mark("5"));

    public string Version(int version) => Fill(
        "{'created_time':'~','deletion_time':'~','destroyed':false,'version':~}", marks.Mark("created" + version), marks.Mark(""), version.ToString(CultureInfo.InvariantCulture));

    private string Content(string name, int spent, bool asked)
    {
        string Number(int number) => asked ? $"\"{marks.Mark(number.ToString(CultureInfo.InvariantCulture))}\"" : number.ToString(CultureInfo.InvariantCulture);
        var by = Fill("{'accessor':'~','display_name':'~','entity_id':'~'}", marks.Mark("accessor"), marks.Mark("display"), marks.Mark(marks.Uuid("caller")));
        var codes = Enumerable.Range(0, Codes).Select(code => Fill(
            "{~'cost':~,'failures':~,'hash':'~','salt':'~','scheme':'~','selector':'~'}",
            code < spent ? Consumption(name + code, by, Number(Codes - code)) : "", Number(0), Number(0), marks.Mark("h" + name + code), marks.Mark("s" + name + code), marks.Mark("scheme"), marks.Mark("x" + name + code)));
        var events = Enumerable.Range(0, spent + 3).Select(e => Fill(
            "{'at':'~','by':~,'generation':~,'operation':'~','operation_id':'~'}", marks.Mark("e" + name + e), by, Number(1), marks.Mark("operation" + Math.Min(e, 3)), marks.Mark("eo" + name + e)));
        return Fill(
            "{'active':{'activated_at':'~','activated_by':~,'activation_hash':'~','assurance':'~','codes':[~],'entity':{'entity_id':'~','fingerprint':{'digest':'~','facets':['~']}},"
                + "'epoch':~,'expires_at':'~','generation':~,'issued_at':'~','issued_by':~},'events':[~],'identity':'~','labels':{'env':'~'},'last_generation':~,'owner':'~','profile':'~','schema':~}",
            marks.Mark("a" + name), by, marks.Mark("ah" + name), marks.Mark("aal1"), string.Join(',', codes), marks.Mark("n" + name), marks.Mark("fp"), marks.Mark("facet"),
            Number(1), marks.Mark("x" + name), Number(1), marks.Mark("i" + name), by, string.Join(',', events), marks.Mark(name), marks.Mark("prod"), Number(1), marks.Mark("owner"),
            marks.Mark("machine"), Number(1));
    }

    private string Consumption(string code, string by, string remaining) => Fill(
        "'consumption':{'at':'~','by':~,'key_hash':'~','operation_id':'~','purpose':'~','remaining':~,'request_hash':'~','warnings':[]},",
        marks.Mark("at" + code), by, marks.Mark("key" + code), marks.Mark("op" + code), marks.Mark("why" + code), remaining, marks.Mark("rq" + code));
}
