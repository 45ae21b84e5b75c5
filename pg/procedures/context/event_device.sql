-- What an event was sent from: device, operating system, app, library, locale, time zone; never the name that somebody gave
-- the device. What is of another type than text or number counts as not sent. Pure. Raises nothing.

CREATE OR REPLACE FUNCTION c360.event_device(p_event jsonb)
    RETURNS c360.device
    LANGUAGE plpgsql
    IMMUTABLE
    PARALLEL SAFE
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN ROW(
        CASE
            -- As the libraries of apps call it.
            WHEN lower(p_event #>> '{context,device,type}') IN ('ios', 'android')
                THEN CASE WHEN p_event #>> '{context,device,model}' ~* 'ipad|tab' THEN 'tablet' ELSE 'mobile' END
            ELSE lower(c360._shown_text(p_event #> '{context,device,type}'))
        END,
        c360._shown_text(p_event #> '{context,device,manufacturer}'),
        c360._shown_text(p_event #> '{context,device,model}'),
        c360._shown_text(p_event #> '{context,os,name}'),
        c360._shown_text(p_event #> '{context,os,version}'),
        c360._shown_text(p_event #> '{context,app,name}'),
        c360._shown_text(p_event #> '{context,app,version}'),
        c360._shown_text(p_event #> '{context,library,name}'),
        c360._shown_text(p_event #> '{context,library,version}'),
        c360._shown_text(p_event #> '{context,locale}'),
        c360._shown_text(p_event #> '{context,timezone}')
    )::c360.device;
END;
$$;

COMMENT ON FUNCTION c360.event_device(jsonb) IS
    'Device, operating system, app, library, locale and time zone of an event.';
